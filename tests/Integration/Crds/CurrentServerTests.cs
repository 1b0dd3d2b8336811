using Drydock.Crds;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.OmsUpgrades;
using Drydock.Crds.SnapshotRestores;

namespace Drydock.Tests.Integration.Crds;

[Collection(CrdServersCollection.Name)]
public sealed class CurrentServerTests(CrdServers servers)
{
    private static readonly Dictionary<string, string> Manifest =
        Directory.EnumerateFiles(Repository.PathOf("config", "samples"), "*.yaml")
            .SelectMany(path => File.ReadAllText(path).Split("\n---\n").Where(text => Field(text, "kind") != "Secret")
                .Select(text => (Name: $"{Path.GetFileName(path)} {NameOf(text)}", Text: text)))
            .ToDictionary(sample => sample.Name, sample => sample.Text, StringComparer.Ordinal);

    public static TheoryData<string> Samples => [.. Manifest.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    [InlineData("omsupgrades", "OmsUpgrade")]
    [InlineData("backupsnapshots", "BackupSnapshot")]
    [InlineData("snapshotrestores", "SnapshotRestore")]
    [InlineData("databaserollingupgrades", "DatabaseRollingUpgrade")]
    public async Task Schema_rules_on_server_equal_tested_rules(string plural, string kind)
    {
        var (status, body) = await (await servers.ModernAsync()).SendAsync(
            HttpMethod.Get, $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.drydock.dev",
            cancellationToken: TestContext.Current.CancellationToken);
        status.ShouldBe(HttpStatusCode.OK, body);
        var schema = JsonNode.Parse(body)!["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();
        var held = RulesOf(schema, "").ToList();

        // Each rule has one entry whose message begins as its own.
        var tested = SpecRules.All.Where(rule => rule.Kind == kind).ToList();
        var ofSpec = held.Where(rule => rule.Path.Length > 0).ToList();
        ofSpec.Count.ShouldBe(tested.Count);
        ofSpec.ShouldAllBe(rule => tested.Count(t => t.Place == $"{kind} {rule.Path}"
            && rule.Message.StartsWith(t.Message, StringComparison.Ordinal)) == 1);
        held.Where(rule => rule.Path.Length == 0).Select(rule => rule.Message.Split(' ')[0])
            .Order(StringComparer.Ordinal)
            .ShouldBe(TransitionRules.Identity.Where(rule => rule.Plural == plural)
                .Select(rule => rule.Field).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    [MemberData(nameof(Samples))]
    public async Task Repeated_server_side_apply_of_sample_changes_nothing(string sampleName)
    {
        var sample = Manifest[sampleName];
        var plural = Field(sample, "kind").ToLowerInvariant() + "s";
        var name = NameOf(sample);
        List<string> versions = [];
        for (var i = 0; i < 3; i++)
        {
            var (status, body) = await (await servers.ModernAsync()).SendAsync(
                HttpMethod.Patch,
                $"{Manifests.Folder}/{plural}/{name}?fieldManager=gitops",
                sample,
                "application/apply-patch+yaml",
                TestContext.Current.CancellationToken);
            ((int)status).ShouldBeInRange(200, 201, body);
            versions.Add(JsonNode.Parse(body)!["metadata"]!["resourceVersion"]!.GetValue<string>());
        }

        // The first update of an object without a status stores the default of the status, once.
        versions.Skip(1).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(false, Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData(true)]
    public async Task Server_keeps_every_status_field(bool onOld)
    {
        var upgrade = Filled.Node(typeof(OmsUpgradeStatus));
        var stored = await servers.CreateAsync(Manifests.Upgrade("filled"), upgrade, onOld);
        Differences(upgrade, stored["status"], "status").ShouldBeEmpty();

        var snapshot = Filled.Node(typeof(BackupSnapshotStatus));
        stored = await servers.CreateAsync(Manifests.Snapshot("filled"), snapshot, onOld);
        Differences(snapshot, stored["status"], "status").ShouldBeEmpty();
        var restore = Filled.Node(typeof(SnapshotRestoreStatus));
        stored = await servers.CreateAsync(Manifests.Restore("filled"), restore, onOld);
        Differences(restore, stored["status"], "status").ShouldBeEmpty();
        var database = Filled.Node(typeof(DatabaseRollingUpgradeStatus));
        stored = await servers.CreateAsync(Manifests.TiDb("filled"), database, onOld);
        Differences(database, stored["status"], "status").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false, Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData(true)]
    public async Task Server_adds_no_value_that_nobody_wrote(bool onOld)
    {
        var upgrade = Manifests.Upgrade("defaulted");
        upgrade["spec"]!["metadataDatabase"]!["tls"] = new JsonObject();
        upgrade["spec"]!["regions"]![0]!.AsObject().Remove("name");
        upgrade["spec"]!["window"] = new JsonObject { ["start"] = "22:00", ["end"] = "04:00" };
        var stored = await servers.CreateAsync(upgrade, status: null, onOld);
        Spec(stored, CrdsJsonContext.Default.OmsUpgradeSpec)
            .ShouldBe(Spec(upgrade, CrdsJsonContext.Default.OmsUpgradeSpec));

        // Only the key of a list is filled in, and objects that rules look into.
        stored["spec"]!["regions"]![0]!["name"]!.GetValue<string>().ShouldBe("default");
        stored["spec"]!["timeouts"]!.AsObject().Count.ShouldBe(0);
        stored["spec"]!["backup"]!["storage"]!["s3"]!["pathStyle"].ShouldBeNull();
        stored["spec"]!["desiredState"].ShouldBeNull();

        var snapshot = Manifests.Snapshot("defaulted");
        stored = await servers.CreateAsync(snapshot, status: null, onOld);
        Spec(stored, CrdsJsonContext.Default.BackupSnapshotSpec)
            .ShouldBe(Spec(snapshot, CrdsJsonContext.Default.BackupSnapshotSpec));
        stored["spec"]!["deletionPolicy"].ShouldBeNull();

        var restore = Manifests.Restore("defaulted");
        stored = await servers.CreateAsync(restore, status: null, onOld);
        Spec(stored, CrdsJsonContext.Default.SnapshotRestoreSpec)
            .ShouldBe(Spec(restore, CrdsJsonContext.Default.SnapshotRestoreSpec));
        stored["spec"]!["timeout"].ShouldBeNull();

        foreach (var database in new[] { Manifests.TiDb("defaulted-tidb"), Manifests.Bmdb("defaulted-bmdb") })
        {
            stored = await servers.CreateAsync(database, status: null, onOld);
            Spec(stored, CrdsJsonContext.Default.DatabaseRollingUpgradeSpec)
                .ShouldBe(Spec(database, CrdsJsonContext.Default.DatabaseRollingUpgradeSpec));
            stored["spec"]!["minHealthySeconds"].ShouldBeNull();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false, Traits = [SampleTrait.Name, SampleTrait.All])]
    public async Task New_object_says_that_nobody_has_looked_at_it(bool onOld)
    {
        foreach (var manifest in new[]
        {
            Manifests.Upgrade("unseen"), Manifests.Snapshot("unseen"), Manifests.Restore("unseen"),
            Manifests.TiDb("unseen")
        })
        {
            await servers.CreateAsync(manifest, status: null, onOld);

            var stored = await servers.GetAsync(manifest, onOld);

            stored["status"]!.ToJsonString().ShouldBe("""{"observedGeneration":-1}""");
            KStatus.Of(stored).ShouldBe(KStatus.InProgress);
        }
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Unknown_field_is_refused_under_strict_validation()
    {
        var manifest = Manifests.Upgrade("strict");
        manifest["spec"]!["rollbackPolicies"] = "OnFailure";
        var (status, body) = await (await servers.ModernAsync()).SendAsync(
            HttpMethod.Post, $"{Manifests.Folder}/omsupgrades?dryRun=All&fieldValidation=Strict",
            manifest.ToJsonString(), cancellationToken: TestContext.Current.CancellationToken);
        status.ShouldBe(HttpStatusCode.BadRequest, body);
        body.ShouldContain("rollbackPolicies");
    }

    // Short samples have their metadata on one line.
    private static string NameOf(string yaml) => yaml.Split('\n')
        .First(line => line.StartsWith("  name: ", StringComparison.Ordinal)
            || line.StartsWith("metadata: {name: ", StringComparison.Ordinal))
        .Split("name: ")[1].TrimEnd('}', ' ');

    private static string Field(string yaml, string name) =>
        yaml.Split('\n').First(line => line.StartsWith(name + ": ", StringComparison.Ordinal)).Split(": ")[1].Trim();

    private static string Spec<T>(JsonObject manifest, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> info) =>
        JsonSerializer.Serialize(manifest["spec"].Deserialize(info), info!);

    private static IEnumerable<(string Path, string Message)> RulesOf(JsonObject schema, string path)
    {
        foreach (var rule in schema["x-kubernetes-validations"]?.AsArray() ?? [])
        {
            yield return (path, rule!["message"]!.GetValue<string>());
        }

        var below = (schema["properties"]?.AsObject() ?? []).SelectMany(
            entry => RulesOf(entry.Value!.AsObject(), path.Length == 0 ? entry.Key : $"{path}.{entry.Key}"));
        if (schema["items"] is JsonObject items)
        {
            below = below.Concat(RulesOf(items, path + "[]"));
        }

        foreach (var rule in below)
        {
            yield return rule;
        }
    }

    private static IEnumerable<string> Differences(JsonNode? written, JsonNode? stored, string path) => written switch
    {
        JsonObject map => map.SelectMany(
            entry => Differences(entry.Value, (stored as JsonObject)?[entry.Key], $"{path}.{entry.Key}")),
        JsonArray list => list.SelectMany(
            (item, index) => Differences(item, (stored as JsonArray)?[index], $"{path}[{index}]")),
        _ => JsonNode.DeepEquals(written, stored) ? [] : [$"{path}: {written} became {stored}"],
    };
}
