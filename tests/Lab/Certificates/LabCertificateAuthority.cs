using System.Security.Cryptography.X509Certificates;

namespace Drydock.Lab;

/// <summary>
/// A certificate authority that lives as long as a lab run. Certificates are ECDSA P-256 and valid for 30 days by
/// default.
/// </summary>
public sealed class LabCertificateAuthority : IDisposable
{
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");
    private readonly X509Certificate2 _certificate;

    public LabCertificateAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature,
            critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now.AddHours(-2), now.AddDays(31));
    }

    /// <summary>The authority's certificate as PEM.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem();

    /// <summary>The authority's certificate, without its key.</summary>
    public X509Certificate2 PublicCertificate => X509CertificateLoader.LoadCertificate(_certificate.RawData);

    /// <summary>
    /// Issues a certificate for server and client use. Writes it with its key and the authority's certificate into a
    /// folder.
    /// </summary>
    /// <param name="folder">Destination, created on demand. Files: ca.pem, NAME.pem, NAME-key.pem.</param>
    /// <param name="name">File name.</param>
    /// <param name="commonName">CN of the subject; Kubernetes uses it as the user.</param>
    /// <param name="organization">O of the subject; Kubernetes uses it as the group.</param>
    /// <param name="hosts">Addresses and DNS names for which it is valid as a server certificate.</param>
    /// <param name="validity">How long it is valid from now on; negative for an expired certificate. By default 30
    /// days.</param>
    public LabCredentials Issue(
        string folder,
        string name,
        string commonName,
        string? organization = null,
        IEnumerable<string>? hosts = null,
        TimeSpan? validity = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        if (organization is not null)
        {
            subject.AddOrganizationName(organization);
        }

        subject.AddCommonName(commonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerUse, ClientUse], critical: false));
        if (AlternativeNames(hosts) is { } names)
        {
            request.CertificateExtensions.Add(names);
        }

        var now = TimeProvider.System.GetUtcNow();
        var end = now + (validity ?? TimeSpan.FromDays(30));
        Span<byte> serial = stackalloc byte[16];
        RandomNumberGenerator.Fill(serial);
        serial[0] &= 0x7F;
        using var certificate = request.Create(_certificate, now.AddHours(-1), end, serial);

        Directory.CreateDirectory(folder);
        var credentials = new LabCredentials(
            Path.Combine(folder, "ca.pem"), Path.Combine(folder, name + ".pem"),
            Path.Combine(folder, name + "-key.pem"));
        File.WriteAllText(credentials.AuthorityPath, CertificatePem + "\n");
        File.WriteAllText(credentials.CertificatePath, certificate.ExportCertificatePem() + "\n");
        WritePrivate(credentials.KeyPath, key.ExportPkcs8PrivateKeyPem() + "\n");
        return credentials;
    }

    /// <summary>Writes a file that only its owner can read, from the first byte on.</summary>
    internal static void WritePrivate(string path, string content)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The lab runs on Linux only.");
        }

        File.Delete(path);
        using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(stream);
        writer.Write(content);
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    private static X509Extension? AlternativeNames(IEnumerable<string>? hosts)
    {
        var builder = new SubjectAlternativeNameBuilder();
        var any = false;
        foreach (var host in hosts ?? [])
        {
            any = true;
            if (IPAddress.TryParse(host, out var address))
            {
                builder.AddIpAddress(address);
            }
            else
            {
                builder.AddDnsName(host);
            }
        }

        return any ? builder.Build() : null;
    }
}
