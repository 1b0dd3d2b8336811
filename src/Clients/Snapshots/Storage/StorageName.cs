namespace Drydock.Clients.Snapshots;

/// <summary>Rules for object names.</summary>
internal static class StorageName
{
    private const int MaxEncoded = 100;

    internal const string Partial = ".partial";

    internal static string Checked(string name) => name.Length is > 0 and <= 900 && name.Split('/').All(IsPart)
        ? name
        : throw new SnapshotException(
            SnapshotFailure.InvalidRequest,
            $"'{name}' is not an object name. Use parts of letters, digits and `. _ - %`, separated by `/`; "
                + "no part may be `.` or `..`.");

    /// <summary>Checks a name that is only read and may have been chosen by a user. Any characters but control
    /// characters, no part empty, . or ..</summary>
    internal static string Readable(string name) => name.Length is > 0 and <= 900
        && !name.Any(char.IsControl)
        && !name.Split('/').Any(static p => p is "" or "." or "..")
        ? name
        : throw new SnapshotException(
            SnapshotFailure.InvalidRequest,
            $"'{name}' is not an object name. Use parts separated by `/`; no part may be empty, `.` or `..`.");

    internal static void Check(SnapshotLocation location)
    {
        if (location.Id.Length is 0 or > 128
            || !IsPart(location.Id)
            || location.Id.Contains('%', StringComparison.Ordinal))
        {
            throw new SnapshotException(
                SnapshotFailure.InvalidRequest,
                $"'{location.Id}' is not a snapshot id. Use 1 to 128 letters, digits and `. _ -`.");
        }

        _ = Checked(location.ManifestName);
    }

    internal static string Encode(string database)
    {
        var text = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(database))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-')
            {
                text.Append((char)b);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }
        }

        if (text.Length <= MaxEncoded)
        {
            return text.ToString();
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database)));
        return $"{text.ToString(0, MaxEncoded)}_{hash[..16]}";
    }

    internal static string Unique() => RandomNumberGenerator.GetHexString(8, lowercase: true);

    private static bool IsPart(string part) =>
        part is not ("" or "." or "..")
            && part.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '%');
}

/// <summary>What every storage says in the same words.</summary>
internal static class StorageErrors
{
    internal static SnapshotException Taken(this ISnapshotStorage storage, string name) =>
        new(SnapshotFailure.AlreadyExists, $"'{name}' already exists in {storage.Description} and is not overwritten.");

    internal static SnapshotException Missing(this ISnapshotStorage storage, string name) =>
        new(SnapshotFailure.NotFound, $"There is no '{name}' in {storage.Description}.");
}
