using System.Security.Cryptography.X509Certificates;

namespace Drydock.Tests.Integration.Clients.Docker.Fixture;

/// <summary>A certificate authority made for one run.</summary>
internal sealed class Authority : IDisposable
{
    private static readonly DateTimeOffset From = TimeProvider.System.GetUtcNow().AddDays(-1);
    private readonly X509Certificate2 _certificate;

    public Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _certificate = request.CreateSelfSigned(From, From.AddDays(30));
    }

    public byte[] Pem => Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem());

    public (byte[] Certificate, byte[] Key) Server(params string[] addresses) =>
        Issue("engine", "1.3.6.1.5.5.7.3.1", addresses);

    public DockerTlsMaterial ClientMaterial(Authority? trusted = null)
    {
        var (certificate, key) = Issue("client", "1.3.6.1.5.5.7.3.2", []);
        return new DockerTlsMaterial((trusted ?? this).Pem, certificate, key);
    }

    public void Dispose() => _certificate.Dispose();

    private (byte[] Certificate, byte[] Key) Issue(string name, string usage, string[] addresses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: false));
        if (addresses.Length > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (var address in addresses)
            {
                names.AddIpAddress(IPAddress.Parse(address));
            }

            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(
            _certificate, From, From.AddDays(29), RandomNumberGenerator.GetBytes(12));
        return (Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()), Encoding.ASCII.GetBytes(
            key.ExportPkcs8PrivateKeyPem()));
    }
}
