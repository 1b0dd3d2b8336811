using System.IO.Compression;
using System.Text.Json.Serialization.Metadata;
using Drydock.Crds.Plans;

namespace Drydock.Tests.Unit.Support;

/// <summary>What an operator of another version leaves in an object that this one reads.</summary>
internal static class OtherOperator
{
    public const string Later = "99.0.0";
    private const string Former = "0.0.1";
    private const string Field = "ofTheNextRelease";

    /// <summary>A plan with a part that only the later version has.</summary>
    private enum Unknown
    {
        Step,
        Guard,
        StoredField,
    }

    /// <summary>At one write this operator (N-1) is replaced by the later one, which writes what this one cannot read,
    /// and is replaced by this one again: it starts nothing and says who wrote it. Then the later one ends what only it
    /// knew, and this one ends the run. At every fourth write all is known, but for optional fields.</summary>
    /// <param name="status">The present status.</param>
    /// <param name="putBack">Stores a status and starts another process.</param>
    /// <param name="wait">Lets the process run for some minutes.</param>
    /// <param name="acts">What this operator has done to the targets so far.</param>
    public static void TakesOver<TStatus>(
        int write,
        Func<TStatus> status,
        JsonTypeInfo<TStatus> info,
        Action<TStatus> putBack,
        Action wait,
        Func<int> acts)
        where TStatus : RunStatus
    {
        var good = status();
        if (good.Plan is null || write % 4 == 0)
        {
            putBack(Written(good, info, write % 8 == 0 ? Later : Former));
            return;
        }

        var unknown = (Unknown)(write % 4 - 1);
        putBack(Written(
            good with { Plan = With(good.Plan, unknown) }, info, Later, damages: unknown == Unknown.StoredField));
        var done = acts();
        wait();
        acts().ShouldBe(done, $"write {write}: {unknown}");
        status().Message.ShouldNotBeNull()
            .ShouldContain($"Drydock {Later}", Case.Sensitive, $"write {write}: {unknown}");

        putBack(Written(status() with { Plans = good.Plans }, info, Later));
    }

    private static PlanProgress With(PlanProgress run, Unknown unknown) => run.With(unknown switch
    {
        Unknown.Step => run.Plan with
        {
            Steps = run.Plan.Steps.Add(new PlannedStep { Id = "Later/step", Action = "StepOfTheNextRelease" }),
        },
        Unknown.Guard => run.Plan with
        {
            Guards = run.Plan.Guards.Add(new PlannedGuard { Id = "LaterGuard", Check = "GuardOfTheNextRelease" }),
        },
        _ => run.Plan,
    });

    // As that version writes it, with optional fields that this one does not have.
    private static TStatus Written<TStatus>(
        TStatus status, JsonTypeInfo<TStatus> info, string version, bool damages = false)
    {
        var json = JsonSerializer.SerializeToNode(status, info)!.AsObject();
        json[Field] = new JsonObject { ["of"] = 1 };
        foreach (var entry in json.Where(e => e.Value is JsonArray).SelectMany(e => e.Value!.AsArray())
            .OfType<JsonObject>())
        {
            entry[Field] = true;
        }

        foreach (var plan in json["plans"]?.AsArray() ?? [])
        {
            plan!["operator"] = version;
            plan["packed"] = damages ? Extended(plan["packed"]!.GetValue<string>()) : plan["packed"]!.DeepClone();
        }

        return json.Deserialize(info)!;
    }

    private static string Extended(string packed)
    {
        using var zip = new GZipStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress);
        var parts = JsonNode.Parse(zip)!;
        parts["record"]![Field] = 1;
        using var bytes = new MemoryStream();
        using (var compressed = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            compressed.Write(System.Text.Encoding.UTF8.GetBytes(parts.ToJsonString()));
        }

        return Convert.ToBase64String(bytes.ToArray());
    }
}
