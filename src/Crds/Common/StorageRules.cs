namespace Drydock.Crds.Common;

/// <summary>The rules of storages and paths, in code.</summary>
internal static class StorageRules
{
    internal const string NoParentInPath = "!self.path.split('/').exists(s, s == '..')";

    internal const string RestoreTestCanOpen =
        "self.verify != 'RestoreTest' || !has(self.encryption) || has(self.identitySecretRef)";

    internal static IEnumerable<Finding> Check(StorageSpec storage, string field)
    {
        if (storage.Directory is null == storage.S3 is null)
        {
            yield return Refusal(RuleMessages.OneStorage, field);
        }

        if (storage.Directory is { } directory && LeadsOut(directory.Path))
        {
            yield return Refusal(RuleMessages.DirectoryPath, $"{field}.directory.path");
        }

        if (storage.S3 is not { } s3)
        {
            yield break;
        }

        if (s3.Endpoint.StartsWith("http://", StringComparison.Ordinal) != s3.Insecure)
        {
            yield return Refusal(RuleMessages.HttpNeedsInsecure, $"{field}.s3.insecure");
        }

        if (s3.Prefix is not null && LeadsOut(s3.Prefix))
        {
            yield return Refusal(RuleMessages.BucketPrefix, $"{field}.s3.prefix");
        }
    }

    internal static IEnumerable<Finding> CheckRestoreTest(
        SnapshotVerification verify, EncryptionSpec? encryption, SecretReference? identity, string field)
    {
        if (verify == SnapshotVerification.RestoreTest && encryption is not null && identity is null)
        {
            yield return Refusal(RuleMessages.RestoreTestNeedsIdentity, field);
        }
    }

    internal static bool LeadsOut(string path) => path.Split('/').Contains("..", StringComparer.Ordinal);

    internal static Finding Refusal(string message, string field) =>
        new() { Reason = Reasons.InvalidSpec, Message = message, Field = field };
}
