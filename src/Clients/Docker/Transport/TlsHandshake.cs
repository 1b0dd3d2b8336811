using System.Security.Authentication;

namespace Drydock.Clients.Docker;

/// <summary>Mutual TLS: trusts exactly the given authority, presents the client certificate, and reports which side
/// refused.</summary>
internal sealed class TlsHandshake : IDisposable
{
    private readonly string _name;
    private readonly string _host;
    private readonly X509Certificate2Collection _authorities = [];

    // The client certificate with its key, and what else its file has.
    private readonly X509Certificate2Collection _own = [];
    private readonly SslStreamCertificateContext _context;

    public TlsHandshake(string name, string host, DockerTlsMaterial material)
    {
        (_name, _host) = (name, host);
        Read("the authority (ca.crt or ca.pem)", () => _authorities.ImportFromPem(material.CertificateAuthority));
        if (_authorities.Count == 0)
        {
            throw new DockerEndpointException(
                $"endpoint {name}: TLS material: the authority (ca.crt or ca.pem) contains no PEM certificate.");
        }

        Read("the client certificate and key (tls.crt and tls.key, or cert.pem and key.pem)", () =>
        {
            _own.Add(X509Certificate2.CreateFromPem(material.Certificate, material.PrivateKey));
            _own.ImportFromPem(material.Certificate);
        });
        _context = SslStreamCertificateContext.Create(_own[0], _own, offline: true);
    }

    public async Task<Stream> SecureAsync(Stream inner, CancellationToken cancellationToken)
    {
        var stream = new HalfClosableTlsStream(inner);
        string? ourRefusal = null;
        var policy = ChainPolicies.TrustOnly(_authorities);
        policy.DisableCertificateDownloads = true;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = _host,
            ClientCertificateContext = _context,
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                ourRefusal = errors == SslPolicyErrors.None ? null : Explain(certificate, chain, errors);
                return errors == SslPolicyErrors.None;
            },
        };
        try
        {
            await stream.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            await ConnectionCheck.RunAsync(stream, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch (Exception e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (e is not (AuthenticationException or IOException))
            {
                throw;
            }

            throw ourRefusal is null ? Broken(e) : new DockerTlsException(
                $"TLS with {_name}: the operator refused the certificate of the engine: {ourRefusal}.",
                TlsRefusal.Client,
                e);
        }
    }

    public void Dispose()
    {
        foreach (var certificate in _authorities.Concat(_own))
        {
            certificate.Dispose();
        }
    }

    /// <summary>With TLS 1.3 the engine checks the client certificate after the handshake has ended for the client: its
    /// alert comes with the first read.</summary>
    private DockerTlsException Broken(Exception e)
    {
        for (Exception? x = e; x is not null; x = x.InnerException)
        {
            if (x.Message.IndexOf("alert", StringComparison.OrdinalIgnoreCase) is var alert and >= 0)
            {
                return new DockerTlsException(
                    $"TLS with {_name}: the engine refused the client certificate ({_own[0].Subject}, valid until "
                        + $"{_own[0].NotAfter.ToUniversalTime():yyyy-MM-dd}): "
                        + $"{Sentences.Close(x.Message[alert..])}",
                    TlsRefusal.Server,
                    e);
            }
        }

        var last = e.GetBaseException().Message;
        return new DockerTlsException(
            $"TLS with {_name}: the handshake broke ({Sentences.Open(last)}). "
                + "Check that the engine speaks TLS on this port.",
            TlsRefusal.Unknown,
            e);
    }

    private string Explain(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var statuses = chain?.ChainStatus.Select(s => s.Status.ToString()).Distinct(StringComparer.Ordinal) ?? [];
        (SslPolicyErrors Error, string Text)[] reasons =
        [
            (SslPolicyErrors.RemoteCertificateNotAvailable, "it sent none"),
            (SslPolicyErrors.RemoteCertificateNameMismatch, $"it is not issued for '{_host}'"),
            (
                SslPolicyErrors.RemoteCertificateChainErrors,
                $"it is not signed by the configured authority ({string.Join(", ", statuses)})"),
        ];
        var found = reasons.Where(reason => errors.HasFlag(reason.Error)).Select(reason => reason.Text);
        return $"{string.Join("; ", found)} (subject {certificate?.Subject ?? "none"})";
    }

    private void Read(string what, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // The inner exception is omitted on purpose: no part of a key file may reach a log.
            throw new DockerEndpointException(
                $"endpoint {_name}: TLS material: {what} cannot be read as PEM, or do not belong together. "
                    + "Put the PEM files of this engine there.");
        }
    }
}
