namespace Drydock.Crds.Common;

/// <summary>The rules of storages and paths, in code.</summary>
internal static class StorageRules
{
    internal const string NoParentInPath = "!self.path.split('/').exists(s, s == '..')";

    internal static IEnumerable<Finding> Check(StorageSpec storage, string field)
    {
        if (LeadsOut(storage.Directory.Path))
        {
            yield return Refusal(RuleMessages.DirectoryPath, $"{field}.directory.path");
        }
    }

    internal static bool LeadsOut(string path) => path.Split('/').Contains("..", StringComparer.Ordinal);

    internal static Finding Refusal(string message, string field) => new() { Reason = Reasons.InvalidSpec, Message = message, Field = field };
}
