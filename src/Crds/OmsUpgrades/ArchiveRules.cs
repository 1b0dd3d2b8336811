using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>A file in a storage, or on every host.</summary>
internal interface IArchive
{
    /// <summary>The storage; needs <see cref="Path"/>.</summary>
    StorageSpec? Storage { get; }

    /// <summary>Path below the storage.</summary>
    string? Path { get; }

    /// <summary>Absolute path on every host, instead of both.</summary>
    string? HostPath { get; }
}

/// <summary>The rules of every <see cref="IArchive"/>, in CEL and in code.</summary>
internal static class ArchiveRules
{
    /// <summary>CEL: the path stays below the storage.</summary>
    public const string PathStays = "!has(self.path) || !self.path.split('/').exists(s, s == '..')";

    /// <summary>CEL: either storage and path, or hostPath.</summary>
    public const string OneSource = "has(self.storage) != has(self.hostPath) && has(self.storage) == has(self.path)";

    /// <summary>The same in code; nothing for null.</summary>
    public static IEnumerable<Finding> Check(IArchive? archive, string field)
    {
        if (archive is null)
        {
            return [];
        }

        var findings = archive.Storage is { } storage ? StorageRules.Check(storage, $"{field}.storage") : [];
        if (archive.Storage is null == archive.HostPath is null || archive.Storage is null != archive.Path is null)
        {
            findings = findings.Append(StorageRules.Refusal(RuleMessages.OneArchiveSource, field));
        }

        return archive.Path is { } path && StorageRules.LeadsOut(path)
            ? findings.Append(StorageRules.Refusal(RuleMessages.ArchivePath, $"{field}.path"))
            : findings;
    }
}
