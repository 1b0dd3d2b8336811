using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>How the operator reaches a dockerd.</summary>
[ValidationRule(
    "!self.endpoint.startsWith('tcp://') || has(self.tlsSecretRef) || self.insecure",
    RuleMessages.TcpNeedsTls)]
[ValidationRule(
    "!self.insecure || (self.endpoint.startsWith('tcp://') && !has(self.tlsSecretRef))",
    RuleMessages.InsecureIsAlone)]
[ValidationRule(
    "!has(self.tlsSecretRef) || self.endpoint.startsWith('tcp://')",
    RuleMessages.TlsIsForTcp)]
[ValidationRule(
    "self.endpoint.startsWith('ssh://') == has(self.sshSecretRef)",
    RuleMessages.SshNeedsKey)]
public sealed record DockerAccess
{
    /// <summary>
    /// Where dockerd listens: tcp://HOST:PORT, ssh://USER@HOST:PORT (the operator runs docker system dial-stdio there),
    /// or unix:///PATH of a socket on the operator's own machine (only if the operator runs with
    /// --allow-unix-endpoints).
    /// </summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.DockerEndpoint)]
    public string Endpoint { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Client certificate for a tcp:// endpoint: a Secret with the keys ca.crt, tls.crt and tls.key, or ca.pem,
    /// cert.pem and key.pem.
    /// </summary>
    [SecretKeys("ca.crt", "tls.crt", "tls.key", "ca.pem", "cert.pem", "key.pem")]
    public SecretReference? TlsSecretRef { get; init; }

    /// <summary>Private key for an ssh:// endpoint: a Secret with the keys ssh-privatekey and known_hosts.</summary>
    [SecretKeys("ssh-privatekey", "known_hosts")]
    public SecretReference? SshSecretRef { get; init; }

    /// <summary>
    /// True accepts a tcp:// endpoint without TLS. Anyone who can reach such an endpoint is root on the host.
    /// </summary>
    public bool Insecure { get; init; }
}
