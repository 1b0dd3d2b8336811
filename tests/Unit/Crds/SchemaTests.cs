using Drydock.CrdGen.Model;
using Drydock.CrdGen.Output;

namespace Drydock.Tests.Unit.Crds;

public sealed class SchemaTests
{
    private static readonly IReadOnlyList<KindModel> Kinds = KindReader.Read(typeof(OmsUpgrade).Assembly);

    public static TheoryData<string> KindNames => [.. Kinds.Select(kind => kind.Entity.Kind)];

    [Fact]
    public void Kinds_have_the_expected_names_and_categories() =>
        Kinds.Select(kind => $"{kind.Entity.Kind}/{kind.Entity.PluralName}/{string.Join(',', kind.ShortNames)}"
            + $"/{string.Join(',', kind.Categories)}")
            .ShouldBe([
                "BackupSnapshot/backupsnapshots/snap/drydock",
                "DatabaseRollingUpgrade/databaserollingupgrades/dru/drydock", "OmsUpgrade/omsupgrades/omsu/drydock",
                "SnapshotRestore/snapshotrestores/snaprestore/drydock"]);

    // kubectl apply without --server-side keeps the object as JSON in an annotation; annotations have 256 KiB.
    [Fact]
    public void Definitions_can_be_applied_by_every_kubectl()
    {
        const int Most = 200_000;

        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("config", "crd"), "drydock.dev_*.yaml"))
        {
            System.Text.Encoding.UTF8.GetByteCount(YamlToJson.ReadAll(file).Single().ToJsonString())
                .ShouldBeLessThan(Most, file);
        }
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Every_text_is_bounded_or_an_enum(string kind) =>
        Paths(kind, node => node is { Type: "string", MaxLength: null, Enum.Count: 0, Format: null }).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Every_list_and_map_is_bounded(string kind) =>
        Paths(kind, node => (node.Type == "array" || node.IsMap) && node.MaxItems is null).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Every_list_declares_merging_and_its_keys_have_values(string kind)
    {
        Paths(kind, node => node.Type == "array" && node.ListType is null).ShouldBeEmpty();
        Paths(kind, node => node.ListMapKeys.Any(key => node.Items!.Properties.All(
            field => field.Name != key || !(field.Required || field.Default is not null))))
            .ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Every_field_is_described(string kind) =>
        Paths(kind, node => node.Name.Length > 0 && node.Description.Length < 5).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Every_spec_field_describes_its_class(string kind)
    {
        var spec = Kind(kind).Spec;
        foreach (var (path, node) in spec.Walk().Where(field => field.Node.Name.Length > 0 && field.Path.Length > 0))
        {
            node.Class.ShouldNotBeNull(path);
            var description = SchemaYaml.Of(node).Entries.Single(entry => entry.Key == "description").Value;
            description.ShouldBeOfType<string>()
                .ShouldStartWith($"[{Words.Of(node.Class.Value)}] ", customMessage: path);
            spec.Description.ShouldContain($"[{Words.Of(node.Class.Value)}]");
        }
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Status_field_has_no_default_class_or_rule(string kind) =>
        Kind(kind).Status.Walk().Where(field => field.Path.Length > 0).Where(
            field => field.Node.Default is not null || field.Node.Class is not null || field.Node.Rules.Count > 0)
            .Select(field => field.Path).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Value_that_nobody_wrote_does_not_stand_in_a_spec(string kind)
    {
        var keys = Kind(kind).Spec.Walk().SelectMany(field => field.Node.ListMapKeys).ToHashSet(StringComparer.Ordinal);
        Kind(kind).Spec.Walk().Where(field => field.Node.Default is not (null or YamlMap))
            .Where(field => !keys.Contains(field.Node.Name)).Select(field => field.Path).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Required_field_has_no_default(string kind) =>
        Kind(kind).Spec.Walk().Where(field => field.Node.Applied is not null && field.Node.Required)
            .Select(field => field.Path).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Every_default_fits_the_bounds_of_its_field(string kind)
    {
        foreach (var (path, node) in Kind(kind).Spec.Walk().Where(field => field.Node.Applied is string))
        {
            var value = (string)node.Applied!;
            value.Length.ShouldBeInRange(node.MinLength ?? 0, node.MaxLength ?? int.MaxValue, path);
            if (node.Pattern is not null)
            {
                value.ShouldMatch(node.Pattern, path);
            }

            if (node.Enum.Count > 0)
            {
                node.Enum.ShouldContain(value, path);
            }
        }
    }

    [Fact]
    public void Nested_defaults_have_defaulted_parents()
    {
        var spec = Kind("OmsUpgrade").Spec;
        Field(spec, "timeouts").Default.ShouldBeOfType<YamlMap>();
        Field(Field(spec, "timeouts"), "backup").Applied.ShouldBe("4h");
        Field(spec, "correction").Default.ShouldBeOfType<YamlMap>();
        Field(spec, "preflight").Default.ShouldBeOfType<YamlMap>();
        Field(Field(spec, "highAvailability"), "perceiveStoreClientCheckpoint").Applied.ShouldBe(true);
    }

    [Theory]
    [InlineData(
        "OmsUpgrade",
        "FROM0 TO0 SYSTEM0 STATE0 PROGRESS0 AGE0 SINCE1 DOWNTIME1 MESSAGE1")]
    [InlineData(
        "BackupSnapshot",
        "PHASE0 REASON0 PROGRESS0 SIZE0 VERIFIED0 READY0 USABLE0 AGE0 SERIES1 FINISHED1 PATH1 MESSAGE1")]
    [InlineData("SnapshotRestore", "PHASE0 REASON0 PROGRESS0 READY0 AGE0 SNAPSHOT1 MESSAGE1")]
    [InlineData(
        "DatabaseRollingUpgrade",
        "ENGINE0 FROM0 TO0 SYSTEM0 STATE0 PROGRESS0 AGE0 INSTANCES1 SINCE1 DOWNTIME1 MESSAGE1")]
    public void Columns_of_each_kind_are_as_expected(string kind, string columns) =>
        string.Join(' ', Kind(kind).Columns.Select(column => $"{column.Name}{column.Priority}")).ShouldBe(columns);

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Every_column_shows_an_existing_field(string name)
    {
        var kind = Kind(name);
        var paths = kind.Status.Walk(".status").Concat(kind.Spec.Walk(".spec")).Select(field => field.Path)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var column in kind.Columns.Where(
            column => !column.JsonPath.StartsWith(".metadata.", StringComparison.Ordinal)))
        {
            paths.ShouldContain(column.JsonPath.StartsWith(".status.conditions[", StringComparison.Ordinal)
                ? ".status.conditions[].status"
                : column.JsonPath);
        }
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Exactly_the_identity_fields_are_frozen_by_a_rule(string name)
    {
        var kind = Kind(name);
        var fields = kind.Spec.Walk("spec").Where(field => field.Node.Name.Length > 0).ToList();
        bool HoldsFree(string path) => fields.Exists(field =>
            (field.Path.StartsWith(path + ".", StringComparison.Ordinal) || field.Path.StartsWith(
                path + "[", StringComparison.Ordinal)) && field.Node.Class is not null and not FieldClass.Identity);

        // What also holds fields that are free is frozen as to whether it is there; only what holds none is frozen
        // whole.
        var whole = kind.Rules.Select(rule => rule.Message.Split(' ')[0]).Where(path => !HoldsFree(path)).ToList();
        bool IsFrozen(string path) => whole.Exists(rule => path == rule || path.StartsWith(
            rule + ".", StringComparison.Ordinal) || path.StartsWith(rule + "[", StringComparison.Ordinal));
        foreach (var (path, node) in fields.Where(
            field => field.Node.Properties.Count == 0 && field.Node.Items?.Properties is null or { Count: 0 }))
        {
            IsFrozen(path).ShouldBe(node.Class == FieldClass.Identity, path);
        }

        whole.Count.ShouldBeGreaterThan(5);
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Kustomize_knows_every_reference(string name)
    {
        var kind = Kind(name);
        var known = new[] { "Secret", "BackupSnapshot" }.SelectMany(referent => KustomizeYaml.Fields(kind, referent));

        known.ShouldBe(
            kind.Spec.Walk("spec").Select(field => field.Path)
                .Where(path => path.EndsWith("Ref.name", StringComparison.Ordinal)),
            ignoreOrder: true);
    }

    [Fact]
    public void List_rules_are_linear_in_their_items() =>
        Kind("OmsUpgrade").Rules.ShouldAllBe(rule => !rule.Rule.Contains(".all(", StringComparison.Ordinal)
            && !rule.Rule.Contains(".exists(", StringComparison.Ordinal));

    [Fact]
    public void Every_definition_fits_the_last_applied_annotation_of_kubectl()
    {
        foreach (var path in Directory.EnumerateFiles(Repository.PathOf("config", "crd"), "drydock.dev_*.yaml"))
        {
            YamlToJson.ReadAll(path).Single().ToJsonString().Length.ShouldBeLessThan(200 * 1024, path);
        }
    }

    private static KindModel Kind(string name) => Kinds.Single(kind => kind.Entity.Kind == name);

    private static SchemaNode Field(SchemaNode node, string name) =>
        node.Properties.Single(field => field.Name == name);

    private static List<string> Paths(string kind, Func<SchemaNode, bool> wrong) =>
        [.. new[] { Kind(kind).Spec, Kind(kind).Status }.SelectMany(root => root.Walk(root.Name))
            .Where(field => wrong(field.Node)).Select(field => field.Path)];
}
