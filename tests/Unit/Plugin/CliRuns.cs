using Drydock.Cli.CommandLine;
using Drydock.Cli.Runs;
using ShownKind = Drydock.Cli.Runs.ShownKind;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>Upgrades that the operator in memory wrote, as the command line reads them.</summary>
internal static class CliRuns
{
    /// <summary>The upgrade as it is now.</summary>
    public static Run Run(this OmsWorld world) => ShownKind.Read(world.Upgrade)!;

    /// <summary>Changes annotations; null removes one.</summary>
    public static void Write(this OmsWorld world, IReadOnlyDictionary<string, string?> annotations) =>
        world.Api.PatchMetadata<OmsUpgrade>(OmsWorld.Namespace, world.Setup.Name, m => m with
        {
            Annotations = (m.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal))
                .Where(a => !annotations.ContainsKey(a.Key))
                .Concat(annotations.Where(a => a.Value is not null).Select(a => KeyValuePair.Create(a.Key, a.Value!)))
                .ToDictionary(StringComparer.Ordinal),
        });

    /// <summary>A world with an upgrade that has just been applied.</summary>
    public static OmsWorld Begin(Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null, WorldSetup? setup = null) =>
        new OmsWorld(setup ?? new WorldSetup { RealJson = false }).Apply(change);

    /// <summary>A world whose upgrade waits before StopOld.</summary>
    public static OmsWorld Held()
    {
        var world = Begin(s => s with { HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Is("Held"), "held");
        return world;
    }

    /// <summary>The status of a world as a version wrote it whose plans nobody can read.</summary>
    public static OmsUpgradeStatus Unread(this OmsWorld world, string writer)
    {
        var json = JsonSerializer.SerializeToNode(world.Status, CrdsJsonContext.Default.OmsUpgradeStatus)!;
        foreach (var plan in json["plans"]!.AsArray())
        {
            (plan!["operator"], plan["packed"]) = (writer, "damaged");
        }

        return json.Deserialize(CrdsJsonContext.Default.OmsUpgradeStatus)!;
    }

    /// <summary>Output without a terminal.</summary>
    public static Surroundings Plain(TextWriter output, string input = "") => new()
    {
        Output = output,
        Errors = output,
        Input = new StringReader(input),
        CanAsk = input.Length > 0,
        IsTerminal = false,
        UsesColor = false,
        Width = null,
    };
}
