using Drydock.Cli.Init;
using Drydock.Tests.Unit.Crds.Specs;
using Drydock.Tests.Unit.Crds.Specs.Making;

namespace Drydock.Tests.Unit.Docs;

/// <summary>No manifest that Drydock writes or shows gives up the backup: only the user does.</summary>
public sealed partial class BackupDefaultTests
{
    private static readonly OmsFound Oms = new("oms_322", "oms:3.2.2", "192.0.2.1", "3.2.2");

    private static readonly Dictionary<string, string> Written = new(StringComparer.Ordinal)
    {
        ["init oms"] = new OmsManifest(Oms, new Uri("ssh://u@192.0.2.1"), "4.2.2", "oms:4.2.2", null).Write(),
        ["init tidb"] = DatabaseManifest.OfTiDb("192.0.2.11", "2.1.19", "3.0.9", null, "tidb"),
        ["init yugabyte"] = DatabaseManifest.OfYugabyte(
            "192.0.2.21", "2.18.4.0", "2.20.7.0", isBmdb: false, null, "yugabyte"),
        ["init yugabyte --bmdb"] = DatabaseManifest.OfYugabyte(
            "192.0.2.21", "2.16.0.0", "2.18.4.0", isBmdb: true, null, "bigmath"),
    };

    public static TheoryData<string> Writers => [.. Written.Keys];

    [Theory]
    [MemberData(nameof(Writers))]
    public void Init_writes_a_valid_manifest_with_a_backup(string writer)
    {
        var json = Drydock.Cli.Output.Yaml.Read(Written[writer]).Single();
        var (kind, spec) = (json["kind"]!.GetValue<string>(), json["spec"]!.AsObject());

        Waived().IsMatch(Written[writer]).ShouldBeFalse();
        SchemaCheck.Errors(Schemas.Specs[kind], spec).ShouldBeEmpty();
        KindSpecs.Findings(KindSpecs.Read(kind, spec)).ShouldBeEmpty();
        switch (KindSpecs.Read(kind, spec))
        {
            case OmsUpgradeSpec oms:
                oms.Backup.Storage.ShouldBeNull();
                break;
            case DatabaseRollingUpgradeSpec { Tidb: { } tidb }:
                tidb.Backup.ShouldNotBeNull().Storage.ShouldBeNull();
                break;
            default:
                writer.ShouldStartWith("init yugabyte", customMessage: "its spec has no backup");
                break;
        }
    }

    [Fact]
    public void Samples_charts_and_pages_waive_no_backup()
    {
        string[] folders = [Repository.PathOf("config", "samples"), Repository.PathOf("config", "argocd")];
        var files =
            folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories))
                .Append(Repository.PathOf("charts", "drydock", "values.yaml"))
                .Select(path => (Path: path, Text: File.ReadAllText(path)))
                .ToList();
        var fences = Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories)
            .Append(Repository.PathOf("README.md"))
            .SelectMany(path => Fence.In(File.ReadAllText(path)).Select(fence => (Path: path, fence.Text)))
            .ToList();

        files.Count(file => file.Text.Contains("backup:", StringComparison.Ordinal)).ShouldBeGreaterThan(2);
        fences.Count(fence => fence.Text.Contains("discoverFrom:", StringComparison.Ordinal)).ShouldBeGreaterThan(1);
        files.Concat(fences).Where(place => Waived().IsMatch(place.Text)).Select(place => place.Path).ShouldBeEmpty();
    }

    // Outside of comments.
    [GeneratedRegex(@"^[^#\n]*\backnowledge:.*NoBackup", RegexOptions.Multiline)]
    private static partial Regex Waived();
}
