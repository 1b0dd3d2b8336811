using System.Text;

namespace Drydock.Tests.EndToEnd.Support;

/// <summary>
/// One upgrade and its way back after Succeeded, with everything about the backup that can be asked for: mydumper, age,
/// a bucket. What several tests look at. Projects that share names are renamed on the way.
/// </summary>
public sealed class SealedRun(StageFixture fixture) : IAsyncLifetime
{
    private static readonly UpgradeRoad Road = UpgradeRoad.EnterpriseS3 with
    {
        Id = "ee-322-422-sealed",
        Scenario = static options => options with { DuplicateNames = true }
    };

    private readonly Dictionary<string, string> _said = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _left = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _stored = new(StringComparer.Ordinal);

    /// <summary>OMS before the upgrade.</summary>
    public OmsState Before { get; private set; } = null!;

    /// <summary>OMS after the upgrade.</summary>
    public OmsState Between { get; private set; } = null!;

    /// <summary>OMS after the way back.</summary>
    public OmsState After { get; private set; } = null!;

    /// <summary>What the stand-in punished, there and back.</summary>
    public IReadOnlyList<string> Punishments { get; private set; } = [];

    /// <summary>The upgrade when it had succeeded.</summary>
    public JsonNode Succeeded { get; private set; } = null!;

    /// <summary>Everything the operator said or let others see, by place.</summary>
    public IReadOnlyDictionary<string, string> Said => _said;

    /// <summary>What it wrote where secrets of the upgrade belong, by place.</summary>
    public IReadOnlyDictionary<string, string> Left => _left;

    /// <summary>What lies in the bucket, by key.</summary>
    public IReadOnlyDictionary<string, byte[]> Stored => _stored;

    /// <summary>What was planted in the operator's own place and in other tenants'.</summary>
    public PlantedCanaries Planted { get; private set; } = null!;

    /// <summary>Which of it was found on the hosts.</summary>
    public IReadOnlyList<string> FoundOnHosts { get; private set; } = [];

    /// <summary>What must not be among what was said.</summary>
    public IReadOnlyList<string> Secrets { get; private set; } = [];

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        var stage = await fixture.UseAsync(Road);
        Before = await stage.Oms.ReadStateAsync();
        var space = await stage.NewNamespaceAsync();
        var identity = await Shell.RunAsync("age-keygen", [], cancellationToken: token);
        Secrets = [.. OmsCanaries.All, stage.S3.Server.Keys.SecretKey, "AGE-SECRET-KEY-"];
        await stage.SecretAsync(space, "age-identity", ("identity", identity));

        Planted = await PlantedCanaries.PlantAsync(stage, space);

        await using var op = stage.StartOperator(
            new LabOperatorOptions { LeaderElection = false, Environment = Planted.Environment });
        await using var arguments = new ArgumentWatch(op.Process.Id);
        await stage.ApplyAsync(Manifest(stage, space, identity).ToJsonString());
        Succeeded = await stage.WaitForAsync(
            space, UpgradeReading.IsOver, TimeSpan.FromMinutes(6), cancellationToken: token);
        Between = await stage.Oms.ReadStateAsync();
        await RollBackAsync(stage, space, token);
        After = await stage.Oms.ReadStateAsync();
        Punishments = await stage.Oms.PunishmentsAsync();
        await ReadBucketAsync(stage.S3, token);
        _said["process arguments"] = await arguments.EndAsync();
        await ReadSaidAsync(stage, space, op);
        FoundOnHosts = await Planted.FoundOnHostsAsync(stage);
        await PlantedCanaries.RemoveAsync(stage);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static JsonObject Manifest(UpgradeStage stage, string space, string identity)
    {
        var manifest = stage.Manifest(space, UpgradeCourse.Name);
        manifest["spec"]!["preflight"]!["duplicateProjectNames"] = "Rename";
        var backup = manifest["spec"]!["backup"]!;
        backup["storage"]!["s3"]!["prefix"] = "oms/prod";
        backup["tool"] = "MyDumper";
        backup["threads"] = 2;
        backup["encryption"] = new JsonObject { ["recipients"] = new JsonArray(Recipient(identity)) };
        backup["ageIdentitySecretRef"] = new JsonObject { ["name"] = "age-identity" };
        return manifest;
    }

    private static string Recipient(string identity) =>
        identity.Split('\n').Single(
            l => l.StartsWith("# public key: ", StringComparison.Ordinal))["# public key: ".Length..];

    private static async Task RollBackAsync(UpgradeStage stage, string space, CancellationToken token)
    {
        var course = new UpgradeCourse(stage, UpgradeGoal.Rollback);
        await course.RollBackAsync(space);
        await course.ApproveAsync(space, token);
        await course.OverAsync(space, token, TimeSpan.FromMinutes(6));
    }

    private async Task ReadBucketAsync(StageS3 s3, CancellationToken token)
    {
        using var client = s3.Server.Client();
        foreach (var item in (await client.ListObjectsV2Async(
            new Amazon.S3.Model.ListObjectsV2Request { BucketName = s3.Bucket }, token)).S3Objects)
        {
            using var answer = await client.GetObjectAsync(s3.Bucket, item.Key, token);
            using var bytes = new MemoryStream();
            await answer.ResponseStream.CopyToAsync(bytes, token);
            _stored[item.Key] = bytes.ToArray();
        }
    }

    private async Task ReadSaidAsync(UpgradeStage stage, string space, LabOperator op)
    {
        _said["log"] = op.Log;
        _said["metrics"] = await op.GetAsync("/metrics");
        _said["probes"] = await op.GetAsync("/healthz") + await op.GetAsync("/readyz");
        _said["leases"] = await stage.ControlPlane.KubectlAsync(["get", "leases", "-A", "-o", "yaml"]);
        _left["databases"] = Between.DatabaseText() + After.DatabaseText();
        _said["objects"] = await stage.ControlPlane.KubectlAsync(
            ["-n", space, "get", "omsu,snap,snaprestore", "-o", "yaml"]);
        _said["events"] = await stage.ControlPlane.KubectlAsync(["-n", space, "get", "events", "-o", "yaml"]);
        var outputs = await stage.ControlPlane.KubectlAsync([
            "-n", space, "get", "secrets", "-l", "drydock.dev/upgrade", "-o",
            "jsonpath={range .items[*]}{.data.output}{\"\\n\"}{end}"]);
        _said["kept output"] = string.Concat(outputs.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(o => Encoding.UTF8.GetString(Convert.FromBase64String(o))));
        _left["secrets of the operator's making"] = string.Concat((await stage.ControlPlane.KubectlAsync(
                ["-n", space, "get", "secrets", "-l", "drydock.dev/upgrade-uid", "-o", "jsonpath={range "
                    + ".items[*]}{range .data.*}{@}{\"\\n\"}{end}{end}"]))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(o => Encoding.UTF8.GetString(Convert.FromBase64String(o))));
        foreach (var (key, bytes) in _stored.Where(x => x.Key.EndsWith(".json", StringComparison.Ordinal)))
        {
            _said[key] = Encoding.UTF8.GetString(bytes);
        }
    }
}
