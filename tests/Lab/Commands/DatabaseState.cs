namespace Drydock.Lab.Commands;

/// <summary>A database cluster of a background lab, and the manifests that upgrade it.</summary>
/// <param name="Scenario">Name of the scenario: <c>tidb</c> or <c>bmdb</c>.</param>
/// <param name="Upgrade">Name of the upgrade in the manifest.</param>
/// <param name="ToVersion">Target version.</param>
/// <param name="Folder">Folder of the manifest (upgrade.json) and the Secrets (secrets.json), for the namespace that
/// they name.</param>
/// <param name="Directory">Folder that the cluster's processes share: record, violations, client counts.</param>
public sealed record DatabaseState(string Scenario, string Upgrade, string ToVersion, string Folder, string Directory)
{
    /// <summary>Namespace of manifest and Secrets.</summary>
    public const string Namespace = "databases";

    public string ManifestPath => Path.Combine(Folder, "upgrade.json");

    public string SecretsPath => Path.Combine(Folder, "secrets.json");
}
