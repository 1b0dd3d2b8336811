namespace Drydock.Clients.Docker;

/// <summary>PEM texts for mutual TLS: the authority that signed the engine's certificate, and the client certificate
/// with its key. They are parsed when a client is created.</summary>
public sealed record DockerTlsMaterial
{
    private static readonly string[][] KeySets = [["ca.crt", "tls.crt", "tls.key"], ["ca.pem", "cert.pem", "key.pem"]];

    public DockerTlsMaterial(byte[] certificateAuthority, byte[] certificate, byte[] privateKey) =>
        (CertificateAuthority, Certificate, PrivateKey) =
            (PemText.Of(certificateAuthority), PemText.Of(certificate), PemText.Of(privateKey));

    public static IReadOnlyList<string> SecretKeys { get; } = [.. KeySets.SelectMany(static keys => keys)];

    /// <summary>One or more PEM certificates that are trusted to sign the engine's certificate; no other authority
    /// is.</summary>
    public string CertificateAuthority { get; }

    public string Certificate { get; }

    public string PrivateKey { get; }

    /// <summary>Takes the material from a Secret's data: <c>ca.crt, tls.crt, tls.key</c> (Kubernetes) or <c>ca.pem,
    /// cert.pem, key.pem</c> (Docker).</summary>
    /// <exception cref="DockerEndpointException">Neither set of keys is complete; the message names what is missing,
    /// never a value.</exception>
    public static DockerTlsMaterial FromSecretData(IReadOnlyDictionary<string, byte[]> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var keys = KeySets.MaxBy(set => (set.Count(Has), set.Count(data.ContainsKey)))!;
        return keys.All(Has)
            ? new DockerTlsMaterial(data[keys[0]], data[keys[1]], data[keys[2]])
            : throw new DockerEndpointException(
                $"TLS material: {string.Join(", ", keys.Where(key => !Has(key)))} missing or empty. "
                    + "Set ca.crt, tls.crt and tls.key, or ca.pem, cert.pem and key.pem.");

        bool Has(string key) => data.TryGetValue(key, out var value) && value.Length > 0;
    }

    public override string ToString() => "TLS material (not shown)";
}
