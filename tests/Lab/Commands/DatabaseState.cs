namespace Drydock.Lab.Commands;

/// <summary>A database cluster that a lab in the background owns, and what is applied to upgrade it.</summary>
/// <param name="Scenario">As it was asked for: <c>tidb</c> or <c>bmdb</c>.</param>
/// <param name="Upgrade">Name of the upgrade in the manifest.</param>
/// <param name="ToVersion">The version of the end.</param>
/// <param name="Folder">Has the manifest (upgrade.json) and the Secrets (secrets.json), for the namespace named in
/// them.</param>
/// <param name="Directory">What the cluster's processes share: record, violations, client counts.</param>
public sealed record DatabaseState(string Scenario, string Upgrade, string ToVersion, string Folder, string Directory)
{
    /// <summary>Namespace of manifest and Secrets.</summary>
    public const string Namespace = "databases";

    /// <summary>The manifest.</summary>
    public string ManifestPath => Path.Combine(Folder, "upgrade.json");

    /// <summary>The Secrets.</summary>
    public string SecretsPath => Path.Combine(Folder, "secrets.json");
}
