using System.Text.Json.Nodes;

namespace Drydock.Benchmarks;

/// <summary>
/// The flags with which the operator runs the tools, as the manifests of its snapshots have them: the plain tools get
/// the same.
/// </summary>
/// <param name="MySqlDump">mysqldump's.</param>
/// <param name="MyDumper">mydumper's.</param>
internal sealed record DumpFlags(IReadOnlyList<string> MySqlDump, IReadOnlyList<string> MyDumper)
{
    /// <summary>spec.tool.</summary>
    public const string MySqlDumpTool = "MySqlDump";

    /// <summary>spec.tool.</summary>
    public const string MyDumperTool = "MyDumper";

    // Between mydumper's own and those of the mysqldump that the operator gives the rest to.
    private const string Separator = "mysqldump:";

    // Without these mydumper dumps by itself what the operator gives to mysqldump.
    private static readonly string[] RowsOnly = ["--no-schemas", "--no-views"];

    public static DumpFlags Of(JsonNode mySqlDump, JsonNode myDumper) =>
        new(Read(mySqlDump), [.. Read(myDumper).TakeWhile(x => x != Separator).Except(RowsOnly, StringComparer.Ordinal)]);

    private static List<string> Read(JsonNode manifest) =>
        [.. manifest["tool"]!["flags"]!.AsArray().Select(x => x!.GetValue<string>())];
}
