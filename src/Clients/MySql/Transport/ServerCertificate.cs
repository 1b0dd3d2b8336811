namespace Drydock.Clients.MySql.Transport;

/// <summary>Verifies the certificate of a server while the handshake runs, before anything of the login is
/// sent.</summary>
internal sealed class ServerCertificate
{
    private const string UseAuthority =
        "put the server's ca.pem into the key ca.crt of the credentials Secret and set tls.mode to VerifyCA.";

    private readonly string _host;
    private readonly MySqlTls _tls;
    private readonly X509Certificate2Collection _authorities = [];

    /// <exception cref="MySqlSessionException">The authority cannot be read.</exception>
    public ServerCertificate(string host, MySqlTls tls)
    {
        (_host, _tls) = (host, tls);
        if (tls.Authority is { Length: > 0 } pem
            && PemText.Import(Encoding.UTF8.GetBytes(pem), _authorities) is { } refusal)
        {
            throw new MySqlSessionException(
                $"The certificate authority of the server (key ca.crt) {refusal}", MySqlSessionException.TlsFailed);
        }
    }

    /// <summary>Why the certificate was not accepted; null if it was, or none came.</summary>
    public string? Refusal { get; private set; }

    public bool WasShown { get; private set; }

    /// <summary>What signed the certificate of the fingerprint, as PEM; null without a fingerprint.</summary>
    public string? Authority { get; private set; }

    public bool IsAccepted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        WasShown = true;
        if (certificate is not X509Certificate2 shown)
        {
            Refusal = "The server showed no certificate.";
            return false;
        }

        Refusal = _tls.Fingerprint is { } pinned ? Problem(shown, chain, pinned) : Problem(shown, chain);
        return Refusal is null;
    }

    private string? Problem(X509Certificate2 shown, X509Chain? sent)
    {
        using var chain = Chain(sent, _authorities);
        var untrusted = chain.Build(shown) ? null : $"it is not signed by the authority ({Statuses(chain)})";
        var fingerprint = Fingerprint(shown);
        return (untrusted ?? (_tls.Mode == MySqlTlsMode.VerifyIdentity && !shown.MatchesHostname(_host)
                ? $"it does not name the host '{_host}'"
                : null)) is { } problem
            ? $"The server's certificate is not accepted with tls.mode {_tls.Mode}: {problem}. If it is the right "
                + $"server, set tls.fingerprint to {fingerprint}, after comparing it with that of the certificate "
                + "on the server (`openssl x509 -in server-cert.pem -noout -fingerprint -sha256`); or "
                + UseAuthority
            : null;
    }

    // A program that compares no fingerprint must be able to verify the same certificate, or a backup would be refused
    // after everything else was accepted.
    private string? Problem(X509Certificate2 shown, X509Chain? sent, string pinned)
    {
        var fingerprint = Fingerprint(shown);
        if (Digits(pinned) != Digits(fingerprint))
        {
            return $"The server's certificate is another one than tls.fingerprint says: it has {fingerprint}.";
        }

        using var chain = Chain(sent, [.. _authorities, .. Sent(sent).Append(shown).Where(IsSelfSigned)]);
        if (!chain.Build(shown))
        {
            return "The server's certificate is that of tls.fingerprint, but mysqldump and mysql, which compare no "
                + $"fingerprint, cannot verify it with what the server shows ({Statuses(chain)}): " + UseAuthority;
        }

        Authority = chain.ChainElements[^1].Certificate.ExportCertificatePem();
        return null;
    }

    // Without authorities those of the system are trusted.
    private static X509Chain Chain(X509Chain? sent, X509Certificate2Collection authorities)
    {
        var policy = authorities.Count > 0
            ? ChainPolicies.TrustOnly(authorities)
            : new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        policy.DisableCertificateDownloads = true;
        policy.ExtraStore.AddRange(Sent(sent).ToArray());
        return new X509Chain { ChainPolicy = policy };
    }

    private static IEnumerable<X509Certificate2> Sent(X509Chain? sent) =>
        sent?.ChainElements.Select(static element => element.Certificate) ?? [];

    private static bool IsSelfSigned(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static string Statuses(X509Chain chain) => string.Join(
        ", ", chain.ChainStatus.Select(status => status.Status.ToString()).Distinct(StringComparer.Ordinal));

    private static string Fingerprint(X509Certificate2 certificate) => string.Join(
        ':', certificate.GetCertHash(HashAlgorithmName.SHA256).Select(
            digit => digit.ToString("X2", CultureInfo.InvariantCulture)));

    private static string Digits(string fingerprint) =>
        fingerprint.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
}
