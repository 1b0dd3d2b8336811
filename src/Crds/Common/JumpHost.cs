namespace Drydock.Crds.Common;

/// <summary>A jump host (bastion): the operator logs in there over ssh and connects to the host behind it.</summary>
public sealed record JumpHost
{
    /// <summary>Name or address of the jump host.</summary>
    [Required]
    [Host(SchemaLimits.StepName)]
    public string Host { get; init => field = value ?? ""; } = "";

    /// <summary>The port of sshd on the jump host.</summary>
    [Range(1, 65535)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int Port { get; set; } = 22;

    /// <summary>The login user on the jump host.</summary>
    [Required]
    [PlainName]
    public string User { get; init => field = value ?? ""; } = "";

    /// <summary>A Secret with the keys ssh-privatekey and known_hosts, and passphrase if the key is encrypted. Default:
    /// that for the hosts behind it.</summary>
    [SecretKeys("ssh-privatekey", "known_hosts", "passphrase")]
    public SecretReference? SshSecretRef { get; init; }
}

/// <summary>Whether commands on hosts run as another user.</summary>
public enum Become
{
    /// <summary>As the login user.</summary>
    None,

    /// <summary>As root: over ssh by sudo without a password, in a container by exec as root.</summary>
    Sudo,
}
