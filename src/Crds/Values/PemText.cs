using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Crds.Values;

/// <summary>Certificates as people put them into Secrets.</summary>
public static class PemText
{
    /// <summary>The text without a byte order mark and NUL: MySQL ends its <c>ca.pem</c> with one.</summary>
    public static string Of(ReadOnlySpan<byte> pem) => Encoding.UTF8.GetString(pem)
        .Replace("\0", "", StringComparison.Ordinal)
        .Replace("\uFEFF", "", StringComparison.Ordinal);

    /// <summary>Adds the authorities of a value. Returns why it has none, as what follows its name; null if it has
    /// one.</summary>
    public static string? Import(byte[] pem, X509Certificate2Collection authorities)
    {
        var text = Of(pem);
        try
        {
            authorities.ImportFromPem(text);
            if (authorities.Count > 0)
            {
                return null;
            }
        }
        catch (CryptographicException)
        {
            return "has a damaged certificate. Copy the whole file of the certificate authority there.";
        }

        const string Expected = "expected is a certificate as PEM text (-----BEGIN CERTIFICATE-----)";
        return text.Contains("PRIVATE KEY-----", StringComparison.Ordinal)
            ? $"has a private key and no certificate; {Expected}. Keep the key away from the cluster."
            : KindOf(pem) switch
            {
                X509ContentType.Cert =>
                    $"has a certificate in DER; {Expected}. Convert it: "
                        + "`openssl x509 -inform DER -in FILE -out ca.crt`.",
                X509ContentType.Pfx =>
                    $"has a PKCS#12 store; {Expected}. Convert it: "
                        + "`openssl pkcs12 -in FILE -nokeys -out ca.crt`.",
                _ => $"has no certificate; {Expected}.",
            };
    }

    private static X509ContentType KindOf(byte[] value)
    {
        try
        {
            return X509Certificate2.GetCertContentType(value);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return X509ContentType.Unknown;
        }
    }
}
