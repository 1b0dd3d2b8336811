using Drydock.Lab.Databases.TiDb;

namespace Drydock.Lab.Commands;

/// <summary>
/// Starts a cluster in a background lab, with a client that reads and writes as long as the lab is up.
/// </summary>
internal static class DatabaseOwner
{
    /// <summary>The scenarios by name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["tidb", "bmdb"];

    public static async Task<DatabaseState?> StartAsync(LabRun run, string? name, CancellationToken cancellationToken)
    {
        if (name is null)
        {
            return null;
        }

        var folder = run.FolderFor("database");
        IDatabaseScenario scenario = name switch
        {
            "bmdb" => await YugabyteScenario.StartAsync(run, YugabyteScenarioOptions.Bmdb, cancellationToken),
            "tidb" => await TiDbScenario.StartAsync(
                run,
                new TiDbScenarioOptions
                {
                    Cluster = new TiDbClusterOptions
                    {
                        Backend = await MetaDb.StartAsync(run, cancellationToken: cancellationToken)
                    },
                    Snapshots = run.FolderFor("snapshots"),
                },
                cancellationToken),
            _ => throw new LabException($"There is no scenario {name}. Scenarios: {string.Join(", ", Names)}"),
        };
        await scenario.StartClientAsync(cancellationToken: cancellationToken);
        var state = new DatabaseState(name, scenario.Name, scenario.ToVersion, folder, scenario.Directory.Path);
        var secrets = new JsonArray(
            [.. scenario.Secrets.Select(secret => (JsonNode)secret.ToManifest(DatabaseState.Namespace))]);
        LabCertificateAuthority.WritePrivate(
            state.SecretsPath,
            new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = secrets }.ToJsonString());
        await File.WriteAllTextAsync(
            state.ManifestPath, scenario.Manifest(DatabaseState.Namespace).ToJsonString(new() { WriteIndented = true }),
            cancellationToken);
        return state;
    }
}
