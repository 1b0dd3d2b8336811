using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Drydock.Clients.Snapshots;

/// <summary>Rules for object names.</summary>
internal static class StorageName
{
    private const int MaxEncoded = 100;

    /// <summary>Suffix of all unverified objects.</summary>
    internal const string Partial = ".partial";

    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.InvalidRequest"/>.</exception>
    internal static string Checked(string name)
    {
        if (name.Length is 0 or > 900 || name.Split('/').Any(static p => !IsPart(p)))
        {
            throw new SnapshotException(
                SnapshotFailure.InvalidRequest,
                $"'{name}' is not an object name. Use parts of letters, digits and `. _ - %`, separated by `/`; "
                    + "no part may be `.` or `..`.");
        }

        return name;
    }

    /// <summary>
    /// Checks a name that is only read and may have been chosen by a user. Any characters but control characters, no
    /// part
    /// empty, . or ..
    /// </summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.InvalidRequest"/>.</exception>
    internal static string Readable(string name)
    {
        if (name.Length is 0 or > 900
            || name.Any(char.IsControl)
            || name.Split('/').Any(static p => p is "" or "." or ".."))
        {
            throw new SnapshotException(
                SnapshotFailure.InvalidRequest,
                $"'{name}' is not an object name. Use parts separated by `/`; no part may be empty, `.` or `..`.");
        }

        return name;
    }

    /// <summary>Checks id and path of a location.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.InvalidRequest"/>.</exception>
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

    /// <summary>
    /// A database name as part of an object name: other characters than letters, digits, _ and - as %XX, long ones
    /// truncated and made unique by a hash.
    /// </summary>
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

    /// <summary>Eight random characters.</summary>
    internal static string Unique() => RandomNumberGenerator.GetHexString(8, lowercase: true);

    private static bool IsPart(string part) =>
        part is not ("" or "." or "..")
            && part.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '%');
}
