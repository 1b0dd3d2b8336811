using System.Security.Cryptography;
using System.Text;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Checksums of texts.</summary>
internal static class ContentHash
{
    /// <summary>
    /// Hex digits of a short one: enough to notice a change, short enough for a plan of hundreds of files.
    /// </summary>
    public const int ShortLength = 16;

    /// <summary>SHA-256 of a text as UTF-8, 64 hex digits.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The beginning of it.</summary>
    public static string Short(string text) => Of(text)[..ShortLength];
}
