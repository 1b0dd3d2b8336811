using System.Security.Cryptography;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Checksums of texts.</summary>
internal static class ContentHash
{
    public const int ShortLength = 16;

    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static string Short(string text) => Of(text)[..ShortLength];
}
