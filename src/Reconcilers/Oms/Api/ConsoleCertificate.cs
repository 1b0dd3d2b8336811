using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Reconcilers.Oms;

/// <summary>Decides whether the certificate of a console is trusted, before anything is sent to it: by its authority,
/// its dates and its name.</summary>
internal sealed class ConsoleCertificate(OmsApiTarget target)
{
    private const int LongestName = 200;

    /// <summary>How a connection to the console is secured.</summary>
    /// <exception cref="OmsApiException">The authority of the target is not a certificate.</exception>
    public SslClientAuthenticationOptions Options() => new()
    {
        CertificateChainPolicy = target.Authority is { } authority ? Trust(authority) : null,
        RemoteCertificateValidationCallback = Accept,
    };

    private static X509ChainPolicy Trust(string authority)
    {
        var authorities = new X509Certificate2Collection();
        return PemText.Import(Encoding.UTF8.GetBytes(authority), authorities) is { } refusal
            ? throw new OmsApiException(OmsApiErrorKind.Credentials, $"The key ca.crt {refusal.TrimEnd('.')}")
            : ChainPolicies.TrustOnly(authorities);
    }

    private bool Accept(object sender, X509Certificate? presented, X509Chain? chain, SslPolicyErrors errors)
    {
        if (presented is not X509Certificate2 certificate)
        {
            throw new UntrustedConsoleException("it presented no certificate", "none");
        }

        if (target.ServerName is { } name)
        {
            errors = certificate.MatchesHostname(name)
                ? errors & ~SslPolicyErrors.RemoteCertificateNameMismatch
                : errors | SslPolicyErrors.RemoteCertificateNameMismatch;
        }

        return errors == SslPolicyErrors.None
            ? true
            : throw new UntrustedConsoleException(
                string.Join("; ", Why(certificate, chain, errors)),
                $"subject {ForeignText.Words(certificate.Subject, LongestName)}, valid until "
                    + $"{certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
    }

    private IEnumerable<string> Why(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            yield return $"it is issued for {Names(certificate)}, not for "
                + $"{target.ServerName ?? target.Address.IdnHost} (the key serverName can name the former)";
        }

        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            yield break;
        }

        var statuses = (chain?.ChainStatus ?? []).Aggregate(
            X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        if (statuses.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            yield return "it, or its authority, has expired or is not valid yet";
        }

        var others = statuses & ~X509ChainStatusFlags.NotTimeValid;
        if (others != X509ChainStatusFlags.NoError)
        {
            yield return certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
                ? "it is self-signed"
                : $"its authority is not trusted ({others})";
        }
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString())))
            .ToList();
        return ForeignText.Words(
            names.Count > 0 ? string.Join(", ", names) : certificate.GetNameInfo(X509NameType.DnsName, false),
            LongestName);
    }
}

/// <summary>The certificate of a console is not trusted; nothing was sent to it.</summary>
/// <param name="certificate">Whose it is, and how long it is valid.</param>
internal sealed class UntrustedConsoleException(string why, string certificate) : AuthenticationException(why)
{
    public string Certificate { get; } = certificate;

    /// <summary>The refusal inside an exception, or null: HTTP handlers wrap what a handshake throws.</summary>
    public static UntrustedConsoleException? In(Exception? exception) => exception is null
        ? null
        : exception as UntrustedConsoleException ?? In(exception.InnerException);
}
