namespace Drydock.Benchmarks;

/// <summary>
/// The flags with which the operator runs the tools, as recorded in the manifests of its snapshots. The plain tools get
/// the same.
/// </summary>
internal sealed record DumpFlags(IReadOnlyList<string> MySqlDump, IReadOnlyList<string> MyDumper)
{
    /// <summary>Value of spec.tool.</summary>
    public const string MySqlDumpTool = "MySqlDump";

    /// <summary>Value of spec.tool.</summary>
    public const string MyDumperTool = "MyDumper";

    // Separates the flags of mydumper from those of the mysqldump that dumps the rest.
    private const string Separator = "mysqldump:";

    // The plain mydumper runs without these: it dumps the schemas too, which the operator leaves to mysqldump.
    private static readonly string[] RowsOnly = ["--no-schemas", "--no-views"];

    public static DumpFlags Of(JsonNode mySqlDump, JsonNode myDumper) =>
        new(Read(mySqlDump), [.. Read(myDumper).TakeWhile(x => x != Separator)
            .Except(RowsOnly, StringComparer.Ordinal)]);

    private static List<string> Read(JsonNode manifest) =>
        [.. manifest["tool"]!["flags"]!.AsArray().Select(x => x!.GetValue<string>())];
}
