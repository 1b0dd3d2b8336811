using Drydock.Crds.Common;

namespace Drydock.Crds.BackupSnapshots;

/// <summary>
/// The rules between fields of a BackupSnapshot, in code: what a server with CEL refuses at once, the operator reports
/// on any server.
/// </summary>
public static class BackupSnapshotValidation
{
    private static readonly string[] SystemSchemas = ["mysql", "information_schema", "performance_schema", "sys"];

    /// <summary>
    /// Everything that contradicts itself; empty if nothing does. Every finding has the reason InvalidSpec.
    /// </summary>
    public static IReadOnlyList<Finding> Validate(BackupSnapshotSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return [.. Findings(spec), .. DurationRules.Check(spec, "spec")];
    }

    private static IEnumerable<Finding> Findings(BackupSnapshotSpec spec)
    {
        if (spec.Databases.Intersect(SystemSchemas, StringComparer.OrdinalIgnoreCase).Any())
        {
            yield return StorageRules.Refusal(RuleMessages.SystemSchemas, "spec.databases");
        }

        if (spec.PathPrefix is not null && StorageRules.LeadsOut(spec.PathPrefix))
        {
            yield return StorageRules.Refusal(RuleMessages.PathPrefix, "spec.pathPrefix");
        }

        var restoreTest = StorageRules.CheckRestoreTest(
            spec.Verify, spec.Encryption, spec.IdentitySecretRef, "spec.identitySecretRef");
        foreach (var finding in restoreTest.Concat(StorageRules.Check(spec.Storage, "spec.storage")))
        {
            yield return finding;
        }
    }
}
