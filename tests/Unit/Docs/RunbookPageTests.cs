using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Tests.Unit.Crds;
using Drydock.Tests.Unit.Crds.Specs;
using Drydock.Tests.Unit.Oms;

namespace Drydock.Tests.Unit.Docs;

/// <summary>
/// docs/how-to/from-the-runbook.md: each section names every step of the plan that its own sample gives, and no other.
/// </summary>
public sealed partial class RunbookPageTests
{
    private const string Enterprise = "OMS Enterprise 3.2.2 to 4.2.2, several nodes";
    private const string OneNode = "OMS Community 3.3.0 to 3.3.1, one node";
    private const string SeveralNodes = "OMS Community 3.3.0 to 3.3.1, several nodes";
    private const string TiDb = "TiDB 2.1 to 3.0";
    private const string Bmdb = "BMDB rolling upgrade";

    private static readonly string Page = Repository.PathOf("docs", "how-to", "from-the-runbook.md");

    private static readonly IReadOnlyDictionary<string, string> Sections = File
        .ReadAllText(Page)
        .Split("\n## ")
        .Skip(1)
        .ToDictionary(
            section => section[..section.IndexOf('\n', StringComparison.Ordinal)], section => section,
            StringComparer.Ordinal);

    public static TheoryData<string> Procedures => [Enterprise, OneNode, SeveralNodes, TiDb, Bmdb];

    [Theory]
    [MemberData(nameof(Procedures))]
    public void Section_names_exactly_the_steps_of_its_plans(string procedure)
    {
        var (planned, optional) = procedure switch
        {
            TiDb => (Ids(Database(TiDb)), (List<string>)[]),
            Bmdb => (Ids(Database(Bmdb)), ["PauseReplication/*/here", "ResumeReplication/*/here"]),
            Enterprise => (
                OfOms(Enterprise, new WorldSetup { ImagePresent = true, FromVersion = "3.2.2", ToVersion = "4.2.2" }),
                OmsIds()),
            _ => (OfOms(procedure, Community(procedure == OneNode ? 1 : 2)), OmsIds()),
        };
        var named = Named(Sections[procedure]);

        named.Except(planned, StringComparer.Ordinal).Except(optional, StringComparer.Ordinal)
            .ShouldBeEmpty("the section names steps that no plan has");
        Missing(procedure, planned, named).ShouldBeEmpty("the section leaves out steps of its plan");
    }

    [Fact]
    public void Every_procedure_has_a_section_and_a_sample_that_starts_nothing()
    {
        Sections.Keys.Where(title => title != "How to read the tables")
            .ShouldBe([Enterprise, OneNode, SeveralNodes, TiDb, Bmdb]);
        foreach (var procedure in Procedures.Select(row => row.Data))
        {
            Spec(procedure)["approval"].ShouldBeNull();
        }
    }

    [Theory]
    [MemberData(nameof(Procedures))]
    public void Named_fields_and_reasons_exist(string procedure)
    {
        var cells = Rows(Sections[procedure]).ToList();
        var fields = cells.SelectMany(row => Code().Matches(row[2]).Select(
            code => code.Groups["code"].Value.Split(':')[0])).Distinct(StringComparer.Ordinal).ToList();
        var schema = Schemas.Specs[procedure is TiDb or Bmdb ? DatabaseRollingUpgrade.KindName : OmsUpgrade.KindName];
        var reasons = cells.Where(row => row[1].StartsWith("preflight", StringComparison.Ordinal))
            .SelectMany(row => Code().Matches(row[1]).Select(code => code.Groups["code"].Value))
            .ToList();

        fields.Count.ShouldBeGreaterThan(5);
        fields.Where(field => !Exists(schema, field.Split('.'))).ShouldBeEmpty();
        reasons.ShouldBeSubsetOf(
            typeof(Reasons).GetFields().Where(field => field.IsLiteral).Select(field => field.Name));
    }

    // One rollback is described for both Community procedures, in the section of one node.
    private static IEnumerable<string> Missing(
        string procedure, IReadOnlyList<string> planned, IReadOnlyList<string> named) =>
        procedure == SeveralNodes
            ? planned.Except(named, StringComparer.Ordinal).Except(Named(Sections[OneNode]), StringComparer.Ordinal)
            : planned.Except(named, StringComparer.Ordinal);

    private static WorldSetup Community(int nodes) => new()
    {
        Community = true,
        FromVersion = "3.3.0",
        ToVersion = "3.3.1",
        Nodes = nodes,
        NeedsJar = false,
        ImagePresent = true,
    };

    // The plan of the upgrade, and of a rollback after its success.
    private static List<string> OfOms(string procedure, WorldSetup setup)
    {
        var spec = (OmsUpgradeSpec)KindSpecs.Read(OmsUpgrade.KindName, Spec(procedure));
        var world = new OmsWorld(setup with { RealJson = false }).WithRegions();

        world.Apply(own => spec.InWorldOf(own) with { HoldBefore = [], Window = null });
        world.RunToSuccess();
        var upgrade = world.Plan;
        RollbackTests.GoBack(world);
        return [.. Ids(upgrade).Union(Ids(world.Status.RollbackPlan!), StringComparer.Ordinal)];
    }

    // What other manifests add: every id of the golden plans, and of a plan that ends sessions and watches links.
    private static List<string> OmsIds()
    {
        var spec = new OmsWorld().Spec();
        spec = spec with
        {
            Backup = spec.Backup with { EndSessions = EndSessionsPolicy.OmsAccount },
            Preflight = spec.Preflight with { ApiCredentialsSecretRef = new SecretReference { Name = "oms-api" } },
        };
        var plan = new OmsUpgradePlanner(spec, DiscoveryOf.Of(spec, (UpgradePath.Allowed)DiscoveryOf.Path(spec)))
            .Compile();
        var golden = GoldenFile.Texts("Oms")
            .SelectMany(text => GoldenId().Matches(text))
            .Select(id => Plain(id.Value, id.Groups["node"] is { Success: true } node ? node.Value : null));
        return [.. golden.Union(Ids(PlanProgress.Of(plan)), StringComparer.Ordinal)];
    }

    private static PlanProgress Database(string procedure) => DatabaseDiscoveryOf.Plan(
        (DatabaseRollingUpgradeSpec)KindSpecs.Read(DatabaseRollingUpgrade.KindName, Spec(procedure)));

    // The sample that the table of procedures names for this section. Through text, so that a number is whatever is
    // asked of it.
    private static JsonObject Spec(string procedure)
    {
        var row = File.ReadLines(Page).Single(line => line.StartsWith($"| [{procedure}", StringComparison.Ordinal));
        var sample = YamlToJson.ReadAll(
            Repository.PathOf("config", "samples", SampleName().Match(row).Groups["name"].Value)).Single();
        return JsonNode.Parse(sample["spec"]!.ToJsonString())!.AsObject();
    }

    private static List<string> Ids(PlanProgress plan) =>
        [.. plan.Steps.Select(step => Plain(step.Id, step.Node)).Distinct(StringComparer.Ordinal)];

    // Names of nodes, databases and groups, and numbers, are * as words in capitals are on the page.
    private static string Plain(string id, string? node)
    {
        var plain = node is null ? id : id.Replace($"/{node}", "/*", StringComparison.Ordinal);
        plain = Heartbeat().Replace(plain, "/*/");
        plain = Group().Replace(plain, "/*/");
        return Number().Replace(plain, "*");
    }

    private static List<string> Named(string section) =>
    [
        .. Rows(section).SelectMany(row => Code().Matches(row[1])).Select(code => code.Groups["code"].Value)
            .Where(code => code.Contains('/', StringComparison.Ordinal)
                && !code.StartsWith("spec.", StringComparison.Ordinal))
            .Select(code => Number().Replace(Capitals().Replace(code, "*"), "*"))
            .Distinct(StringComparer.Ordinal),
    ];

    // The cells of the tables with four columns; a bar inside of a cell is written as \|.
    private static IEnumerable<string[]> Rows(string section) => section.Split('\n')
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal)
            && !line.StartsWith("| runbook |", StringComparison.Ordinal))
        .Select(line => Bar().Split(line.Trim('|', ' ')).Select(cell => cell.Trim()).ToArray())
        .Where(row => row.Length == 4);

    private static bool Exists(JsonObject schema, ReadOnlySpan<string> path) =>
        path.IsEmpty || (schema["properties"]?[path[0]] is JsonObject field && Exists(field, path[1..]));

    [GeneratedRegex(@"\b[A-Z]\w+/(?<node>oms-\w+)?[\w/-]*", RegexOptions.ExplicitCapture)]
    private static partial Regex GoldenId();

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<=[/-])[A-Z]+(?=/|$)")]
    private static partial Regex Capitals();

    [GeneratedRegex(@"/cm_hb[^/]*/")]
    private static partial Regex Heartbeat();

    [GeneratedRegex(@"(?<=^(Pause|Resume)Replication)/[^/]+/(?=(here|there)$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Group();

    [GeneratedRegex(@"(?<=[/-])[0-9]+(?=/|$)")]
    private static partial Regex Number();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();

    [GeneratedRegex("config/samples/(?<name>[^)]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex SampleName();
}
