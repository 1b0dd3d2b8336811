using Drydock.Crds.Common;

namespace Drydock.Crds.SnapshotRestores;

/// <summary>
/// The rules between fields of a SnapshotRestore, in code: what a server with CEL refuses at once, the operator reports
/// on any server.
/// </summary>
public static class SnapshotRestoreValidation
{
    /// <summary>
    /// Everything that contradicts itself; empty if nothing does. Every finding has the reason InvalidSpec.
    /// </summary>
    public static IReadOnlyList<Finding> Validate(SnapshotRestoreSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return [.. Findings(spec), .. DurationRules.Check(spec, "spec")];
    }

    private static IEnumerable<Finding> Findings(SnapshotRestoreSpec spec)
    {
        if (spec.SnapshotRef is null == spec.Files is null)
        {
            yield return StorageRules.Refusal(RuleMessages.SnapshotOrFiles, "spec");
        }

        if (spec.Files is not { } files)
        {
            yield break;
        }

        if (spec.Target is null)
        {
            yield return StorageRules.Refusal(RuleMessages.FilesNeedTarget, "spec.target");
        }

        if (StorageRules.LeadsOut(files.Path))
        {
            yield return StorageRules.Refusal(RuleMessages.ArchivePath, "spec.files.path");
        }

        foreach (var finding in StorageRules.Check(files.Storage, "spec.files.storage"))
        {
            yield return finding;
        }
    }
}
