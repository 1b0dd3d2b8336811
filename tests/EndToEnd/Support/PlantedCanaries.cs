using System.Security.Cryptography;

namespace Drydock.Tests.EndToEnd.Support;

/// <summary>
/// Values that no upgrade has any business with, planted where an operator's pod has them: its environment, its files,
/// its token, Secrets of its own namespace, of other tenants and of the tenant himself that no manifest names. They
/// must not be found in anything that leaves the operator.
/// </summary>
public sealed class PlantedCanaries
{
    private const string OtherTenant = "canary-other-tenant";
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private PlantedCanaries()
    {
        foreach (var place in new[]
        {
            "environment", "scratch file", "storage of another tenant", "secret of another tenant",
            "secret nobody names", "secret of the operator"
        })
        {
            _values[place] = $"canary-{RandomNumberGenerator.GetHexString(24, lowercase: true)}";
        }
    }

    /// <summary>What the operator's process is started with.</summary>
    public IReadOnlyDictionary<string, string?> Environment =>
        new Dictionary<string, string?>(StringComparer.Ordinal) { ["CLOUD_CREDENTIALS"] = _values["environment"] };

    /// <summary>Value by the place where it was planted.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Plants them.</summary>
    public static async Task<PlantedCanaries> PlantAsync(UpgradeStage stage, string space)
    {
        var planted = new PlantedCanaries();
        var values = planted._values;
        await File.WriteAllTextAsync(Path.Combine(stage.Run.FolderFor("scratch"), "notes.txt"), values["scratch file"]);
        await File.WriteAllTextAsync(
            Path.Combine(Directory.CreateDirectory(Path.Combine(stage.Snapshots, OtherTenant)).FullName, "dump.sql"),
            values["storage of another tenant"]);

        // The same names as the tenant's own: a look into the wrong namespace would find something.
        await stage.ControlPlane.TryKubectlAsync(["create", "namespace", OtherTenant]);
        await stage.Operator.ApplySecretsAsync(
            OtherTenant, NamesOf(await stage.ControlPlane.KubectlAsync(["-n", space, "get", "secrets", "-o", "name"]))
                .Select(name => StageSecret.Opaque(name, ("password", values["secret of another tenant"]), (
                    "tls.key", values["secret of another tenant"]))));
        await stage.Operator.ApplySecretsAsync(
            space, [StageSecret.Opaque("nobody-names-this", ("password", values["secret nobody names"]))]);
        await stage.Operator.ApplySecretsAsync(UpgradeStage.OperatorNamespace, [StageSecret.Opaque(
            "pull", ("password", values["secret of the operator"]))]);

        // What the process is given to work with leaves it as little.
        values["token of the operator"] =
            (await File.ReadAllTextAsync(Path.Combine(stage.Run.Folder, "operator.token"))).Trim();
        foreach (var host in stage.Hosts)
        {
            values[$"key for {host.Name}"] = File.ReadAllLines(host.Client.KeyPath)[1];
        }

        return planted;
    }

    /// <summary>
    /// What the hosts got to see: every container with its configuration, and every file below the mounted folders.
    /// </summary>
    public async Task<IReadOnlyList<string>> FoundOnHostsAsync(UpgradeStage stage)
    {
        var found = new List<string>();
        foreach (var host in stage.Hosts)
        {
            var containers = (await host.DockerAsync(["ps", "-aq"])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var text = containers.Length == 0 ? "" : await host.DockerAsync(["inspect", .. containers]);
            found.AddRange(In(text).Select(place => $"{place} in a container of {host.Name}"));
            foreach (var (place, value) in _values)
            {
                var files = await Shell.TryRunAsync("grep", ["-rlaF", "-e", value, host.HostFolder(".")]);
                found.AddRange(files.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(file => $"{place} in {file}"));
            }
        }

        return found;
    }

    /// <summary>The places whose value stands in a text.</summary>
    public IEnumerable<string> In(string text) =>
        _values.Where(v => text.Contains(v.Value, StringComparison.Ordinal)).Select(v => v.Key);

    /// <summary>Removes what the stage's reset does not.</summary>
    public static Task RemoveAsync(UpgradeStage stage) =>
        stage.ControlPlane.KubectlAsync(["delete", "namespace", OtherTenant, "--ignore-not-found", "--wait=false"]);

    private static IEnumerable<string> NamesOf(string listed) =>
        listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => name.Trim()["secret/".Length..])
            .Where(name => !name.StartsWith("default-token", StringComparison.Ordinal));
}
