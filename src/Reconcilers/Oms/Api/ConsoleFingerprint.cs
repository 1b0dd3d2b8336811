using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Drydock.Reconcilers.Oms;

/// <summary>SHA-256 fingerprints of certificates, 64 lower-case hex digits.</summary>
internal static partial class ConsoleFingerprint
{
    private const int Digits = 64;

    /// <summary>The fingerprint of a certificate.</summary>
    public static string Of(X509Certificate2 certificate) =>
        certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();

    /// <summary>A fingerprint as openssl prints it.</summary>
    public static string Show(string fingerprint) =>
        string.Join(':', fingerprint.ToUpperInvariant().Chunk(2).Select(pair => new string(pair)));

    /// <summary>
    /// Reads fingerprints as people copy them: of openssl, of a browser, or plain; several separated by commas or white
    /// space, for a certificate that is about to be replaced.
    /// </summary>
    /// <returns>Null if one of them is not a SHA-256 fingerprint, or there is none.</returns>
    public static IReadOnlyList<string>? Parse(string text)
    {
        var words = Label().Replace(text, " ").Split(
            [',', ';', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var fingerprints = words.Select(word => word.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant())
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return fingerprints.Count > 0 && fingerprints.TrueForAll(f => f.Length == Digits && f.All(char.IsAsciiHexDigit))
            ? fingerprints
            : null;
    }

    [GeneratedRegex(
        @"sha-?256(\s+fingerprint)?\s*[:=]",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label();
}
