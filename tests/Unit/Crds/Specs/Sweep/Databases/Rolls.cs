using System.Collections.Concurrent;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>
/// Proofs for the fields of a DatabaseRollingUpgrade: what is seen from outside is another after the change, and the
/// hashes of the fields notice it as the field's class says.
/// </summary>
internal static class Rolls
{
    public static readonly JsonSerializerOptions Options = WorldJson.Crds;

    private static readonly ConcurrentDictionary<
        (string Spec, Func<DatabaseRollingUpgradeSpec, Task<string>> Look), Task<string>> Undisturbed = new();

    /// <summary>A TiDB that can be upgraded.</summary>
    public static DatabaseRollingUpgradeSpec ATiDb { get; } = new TiDbWorld().Upgrade.Spec;

    /// <summary>A YugabyteDB that can be upgraded.</summary>
    public static DatabaseRollingUpgradeSpec AYugabyte { get; } = new YugaWorld().Spec;

    /// <summary>The field says what is done to what: the plan's identity is another, and so is what is seen.</summary>
    public static FieldProof Identity(
        string field, DatabaseRollingUpgradeSpec spec, Func<DatabaseRollingUpgradeSpec, Task<string>> look,
        Action<JsonObject> change, Action<JsonObject>? before = null) =>
        Of(field, spec, look, change, before, (first, second) =>
        {
            FieldClasses.Hash(second, FieldClass.Identity).ShouldNotBe(
                FieldClasses.Hash(first, FieldClass.Identity),
                $"{field} is identity, and a change of it would not be noticed");
            return Task.CompletedTask;
        });

    /// <summary>
    /// The field says how it is reached, or how long it may take: the plan stays, connections and limits are made anew.
    /// </summary>
    public static FieldProof Access(
        string field, DatabaseRollingUpgradeSpec spec, Func<DatabaseRollingUpgradeSpec, Task<string>> look,
        Action<JsonObject> change, Action<JsonObject>? before = null) =>
        Of(field, spec, look, change, before, async (first, second) =>
        {
            FieldClasses.Hash(second, FieldClass.Identity).ShouldBe(
                FieldClasses.Hash(first, FieldClass.Identity), $"{field} may change at any time, and would be refused");
            (await SecretsBench.BoundByAsync(second))
                .ShouldNotBe(await SecretsBench.BoundByAsync(first), $"{field} changes, and what runs is not told");
        });

    /// <summary>Whatever is done.</summary>
    public static FieldProof InRun(string field, Action prove) => new(DatabaseRollingUpgrade.KindName, field, () =>
    {
        prove();
        return Task.CompletedTask;
    });

    public static JsonNode Json(string json) => JsonNode.Parse(json)!;

    /// <summary>The JSON of a spec.</summary>
    public static JsonObject Of(DatabaseRollingUpgradeSpec spec) =>
        JsonSerializer.SerializeToNode(spec, Options)!.AsObject();

    /// <summary>A spec with changes.</summary>
    public static DatabaseRollingUpgradeSpec Changed(
        DatabaseRollingUpgradeSpec spec, params Action<JsonObject>?[] changes)
    {
        var json = Of(spec);
        foreach (var change in changes)
        {
            change?.Invoke(json);
        }

        return json.Deserialize<DatabaseRollingUpgradeSpec>(Options)!;
    }

    /// <summary>An instance of a spec.</summary>
    public static JsonObject Instance(this JsonObject spec, string name) =>
        spec["instances"]!.AsArray().Single(i => i!["name"]!.GetValue<string>() == name)!.AsObject();

    /// <summary>What is to be read of a plan, or of findings instead.</summary>
    public static string Text(PlanProgress? plan, IEnumerable<Finding> findings) => string.Join(
        '\n',
        [
            .. findings.Select(f => $"{f.Reason} {f.Field} {f.Message}"),
            .. plan?.Notes ?? [],
            .. plan?.Steps.Select(step => $"{step.Id} {step.Title} {step.Planned.Timeout} "
                + $"{string.Join(' ', step.Parameters.Select(p => $"{p.Key}={p.Value}"))}") ?? [],
        ]);

    // The same spec is seen alike: shown once for all fields that are changed in it.
    private static async Task<string> TwiceAsync(
        Func<DatabaseRollingUpgradeSpec, Task<string>> look, DatabaseRollingUpgradeSpec spec)
    {
        var seen = await look(spec);
        (await look(spec)).ShouldBe(seen);
        return seen;
    }

    private static FieldProof Of(
        string field,
        DatabaseRollingUpgradeSpec spec,
        Func<DatabaseRollingUpgradeSpec, Task<string>> look,
        Action<JsonObject> change,
        Action<JsonObject>? before,
        Func<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeSpec, Task> judge) =>
        new(DatabaseRollingUpgrade.KindName, field, async () =>
            {
                var (first, second) = (Changed(spec, before), Changed(spec, before, change));
                await judge(first, second);
                var undisturbed = await Undisturbed.GetOrAdd(
                    (Of(first).ToJsonString(), look), _ => TwiceAsync(look, first));
                (await look(second)).ShouldNotBe(undisturbed, $"{field} has no effect");
            });
}
