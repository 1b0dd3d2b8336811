namespace Drydock.Clients.Docker;

/// <summary>PEM files for mutual TLS: the authority that signed the engine's certificate, and the client certificate
/// with its key.</summary>
public sealed class DockerTlsMaterial : IEquatable<DockerTlsMaterial>
{
    private static readonly string[][] KeySets = [["ca.crt", "tls.crt", "tls.key"], ["ca.pem", "cert.pem", "key.pem"]];

    public static IReadOnlyList<string> SecretKeys { get; } = [.. KeySets.SelectMany(static keys => keys)];

    /// <summary>Takes the three PEM files unchanged; they are parsed when a client is created.</summary>
    public DockerTlsMaterial(byte[] certificateAuthority, byte[] certificate, byte[] privateKey)
    {
        ArgumentNullException.ThrowIfNull(certificateAuthority);
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(privateKey);
        CertificateAuthority = certificateAuthority;
        Certificate = certificate;
        PrivateKey = privateKey;
    }

    /// <summary>One or more PEM certificates that are trusted to sign the engine's certificate; no other authority
    /// is.</summary>
    public ReadOnlyMemory<byte> CertificateAuthority { get; }

    public ReadOnlyMemory<byte> Certificate { get; }

    public ReadOnlyMemory<byte> PrivateKey { get; }

    /// <summary>Takes the material from a Secret's data: <c>ca.crt, tls.crt, tls.key</c> (Kubernetes) or <c>ca.pem,
    /// cert.pem, key.pem</c> (Docker).</summary>
    /// <exception cref="DockerEndpointException">Neither set of keys is complete; the message names what is missing,
    /// never a value.</exception>
    public static DockerTlsMaterial FromSecretData(IReadOnlyDictionary<string, byte[]> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        foreach (var keys in KeySets)
        {
            if (keys.All(k => data.TryGetValue(k, out var v) && v.Length > 0))
            {
                return new DockerTlsMaterial(data[keys[0]], data[keys[1]], data[keys[2]]);
            }
        }

        var nearest = KeySets.MaxBy(keys => keys.Count(data.ContainsKey))!;
        var missing = nearest.Where(k => !data.TryGetValue(k, out var v) || v.Length == 0);
        throw new DockerEndpointException(
            "tls",
            $"TLS material: {string.Join(", ", missing)} missing or empty. "
                + "Set ca.crt, tls.crt and tls.key, or ca.pem, cert.pem and key.pem.");
    }

    public bool Equals(DockerTlsMaterial? other) => other is not null
        && CertificateAuthority.Span.SequenceEqual(other.CertificateAuthority.Span)
        && Certificate.Span.SequenceEqual(other.Certificate.Span)
        && CryptographicOperations.FixedTimeEquals(PrivateKey.Span, other.PrivateKey.Span);

    public override bool Equals(object? obj) => Equals(obj as DockerTlsMaterial);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(CertificateAuthority.Span);
        hash.AddBytes(Certificate.Span);
        return hash.ToHashCode();
    }

    public override string ToString() => "TLS material (not shown)";
}
