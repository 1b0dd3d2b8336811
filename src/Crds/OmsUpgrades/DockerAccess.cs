namespace Drydock.Crds.OmsUpgrades;

/// <summary>How the operator reaches a dockerd.</summary>
[ValidationRule(
    "!self.endpoint.startsWith('tcp://') || has(self.tlsSecretRef) || self.insecure",
    SharedRules.TcpNeedsTls)]
[ValidationRule(
    "!self.insecure || (self.endpoint.startsWith('tcp://') && !has(self.tlsSecretRef))",
    SharedRules.InsecureIsAlone)]
[ValidationRule(
    "!has(self.tlsSecretRef) || self.endpoint.startsWith('tcp://')",
    SharedRules.TlsIsForTcp)]
[ValidationRule(
    "self.endpoint.startsWith('ssh://') == has(self.sshSecretRef)",
    SharedRules.SshNeedsKey)]
[ValidationRule(
    "self.endpoint.startsWith('ssh://') || (!has(self.jump) && self.become == 'None')",
    SharedRules.OnlyForSsh)]
[ValidationRule(
    "!self.endpoint.replace('{hostIP}', '').replace('{name}', '').matches('[{}]')",
    "endpoint can contain only the placeholders {hostIP} and {name}. Correct or remove any other braces.")]
public sealed record DockerAccess
{
    /// <summary>Where dockerd listens: tcp://HOST:PORT, ssh://USER@HOST:PORT (the operator runs docker system
    /// dial-stdio there; a path behind it is that of the socket on the host), or unix:///PATH of a socket on the
    /// operator's own machine (only if the operator runs with --allow-unix-endpoints). {hostIP} and {name} stand for
    /// those of the node.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 1)]
    [Pattern(Patterns.DockerEndpointOfNodes)]
    public string Endpoint { get; init => field = value ?? ""; } = "";

    /// <summary>Client certificate for a tcp:// endpoint: a Secret with the keys ca.crt, tls.crt and tls.key, or
    /// ca.pem, cert.pem and key.pem.</summary>
    [SecretKeys("ca.crt", "tls.crt", "tls.key", "ca.pem", "cert.pem", "key.pem")]
    public SecretReference? TlsSecretRef { get; init; }

    /// <summary>Private key for an ssh:// endpoint: a Secret with the keys ssh-privatekey and known_hosts, and
    /// passphrase if the key is encrypted.</summary>
    [SecretKeys("ssh-privatekey", "known_hosts", "passphrase")]
    public SecretReference? SshSecretRef { get; init; }

    /// <summary>Sudo runs docker system dial-stdio on an ssh:// endpoint through sudo -n. None runs it as the login
    /// user.</summary>
    public Become Become { get; init; }

    /// <summary>The jump host through which the operator logs in at an ssh:// endpoint.</summary>
    public JumpHost? Jump { get; init; }

    /// <summary>True accepts a tcp:// endpoint without TLS. Anyone who can reach such an endpoint is root on the
    /// host.</summary>
    public bool Insecure { get; init; }
}
