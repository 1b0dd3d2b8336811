namespace Drydock.Reconcilers.Databases;

/// <summary>Converts failures on a host to reasons and messages.</summary>
internal static class HostErrors
{
    private static readonly string[] NoRoom = ["No space left on device", "Disk quota exceeded"];

    public static HostException Of(string host, RemoteException exception, bool isContainer = false)
    {
        var (reason, retryable) = exception.Reason switch
        {
            RemoteRefusal.HostKey => (Reasons.HostKeyRefused, false),
            RemoteRefusal.Authentication => (Reasons.AccessDenied, false),
            RemoteRefusal.Sudo => (Reasons.SudoRefused, false),
            RemoteRefusal.Corrupt => (Reasons.PackageCorrupt, false),
            RemoteRefusal.LocalClient => (Reasons.AccessDenied, false),
            RemoteRefusal.RemoteCommand when Array.Exists(
                NoRoom, words => exception.Message.Contains(words, StringComparison.Ordinal)) =>
                (Reasons.NoSpace, false),
            RemoteRefusal.RemoteCommand => (Reasons.StepFailed, true),
            _ => (Reasons.HostUnreachable, true),
        };
        var advice = isContainer ? ContainerAdvice(exception) : Advice(exception);
        return new HostException(
            host, reason,
            advice.Length == 0 ? exception.Message : Sentences.Open(exception.Message) + advice,
            retryable, exception.MayHaveRun, exception);
    }

    public static HostException Of(
        string host, string what, string user, ScriptRefusal refusal, bool isContainer = false)
    {
        var (reason, retryable, advice) = refusal.Code switch
        {
            ScriptAnswer.Late => (Reasons.HostUnreachable, true, "Nothing was done. The state is read again first."),
            ScriptAnswer.CameUp =>
                (Reasons.ProcessLivesOn, true, "Nothing was stopped. The state is read again first."),
            "Busy" => (Reasons.HostUnreachable, true,
                "An earlier command of the operator still works there; it is waited for."),
            ScriptAnswer.Privileges or ScriptAnswer.Apart => (Reasons.AccessDenied, false,
                $"Give {user} the permission on the host, or set become: Sudo in spec.access."),
            "Hidden" => (Reasons.AccessDenied, false,
                "Mount /proc on the host without hidepid, or set become: Sudo in spec.access."),
            "Owner" when isContainer =>
                (Reasons.AccessDenied, false, "Set the user in spec.access to the account that runs the database."),
            "Owner" => (Reasons.AccessDenied, false,
                "Set spec.access.ssh.becomeUser to the account that runs the database, and allow it in sudoers."),
            "Sudo" => (Reasons.SudoRefused, false,
                "Allow the command in sudoers on the host (NOPASSWD), or set spec.access.ssh.becomeFor: Scripts."),
            "Unreadable" => (Reasons.AccessDenied, true, "Check it on the host."),
            "Supervisor" => (Reasons.ControlMismatch, true,
                "Check that the process is controlled on the host as spec.processes says."),
            "TooMany" => (Reasons.ControlMismatch, false,
                "There are too many to identify their instances. Stop those that do not belong to the database."),
            "Loses" => (Reasons.ControlMismatch, false,
                $"Let {user} have it on the host (for limits: /etc/security/limits.d), or control the process by "
                + "a systemd unit."),
            ScriptAnswer.Returned => (Reasons.ProcessLivesOn, false,
                "Find out what starts it and switch that off, then retry."),
            "NoRecord" => (Reasons.ControlMismatch, true,
                $"Start it on the host as {user} with the limits that it needs. The run then continues automatically."),
            "NoLink" => (Reasons.ControlMismatch, false,
                "Make it a symbolic link to the version's directory, or name the link in control.link."),
            "Unexpected" => (Reasons.TargetChanged, false,
                "It was changed by another process or an administrator. The operator changed nothing. "
                + "Restore the former content, then retry."),
            "Corrupt" => (Reasons.PackageCorrupt, false, "Copy it again, or correct the checksum."),
            "NotRunnable" => (Reasons.PackageCorrupt, false,
                "The new program does not run from there. Provide a package for this host's architecture and "
                + "libraries, or mount the file system without noexec."),
            "Missing" => (Reasons.PackageMissing, false, "Copy it to the host, or correct the spec."),
            "NoExtension" => (Reasons.ExtensionMissing, false,
                "Install the extension on the host for the old version, or correct spec.package.extensions."),
            "NoSpace" => (Reasons.NoSpace, false, "Free space on the host, then retry."),
            ScriptAnswer.Start => (Reasons.InstanceUnhealthy, true, "Read its log on the host."),
            "Script" => (Reasons.StepFailed, true, "Read its output on the host."),
            _ => (Reasons.StepFailed, true, "It is retried automatically."),
        };
        return new HostException(
            host, reason, $"{host}: {what}: {Sentences.Close(refusal.Message)} {advice}", retryable,
            innerException: refusal);
    }

    private static string Advice(RemoteException exception) => exception.Reason switch
    {
        RemoteRefusal.HostKey or RemoteRefusal.Authentication or RemoteRefusal.LocalClient when exception.AtJump =>
            ". Correct spec.access.ssh.jump, or the Secret of its sshSecretRef (without it, that of keySecretRef and "
            + "knownHostsSecretRef).",
        RemoteRefusal.HostKey =>
            ". If the host was reinstalled, put its new key into the Secret of spec.access.ssh.knownHostsSecretRef. "
            + "Otherwise find out which machine answers.",
        RemoteRefusal.Authentication =>
            ". Put its public key into authorized_keys on the host, or correct spec.access.ssh.user or the Secret of "
            + "spec.access.ssh.keySecretRef.",
        RemoteRefusal.Sudo =>
            ", or correct become and becomeUser in spec.access.ssh (docs/how-to/host-access.md has the lines of "
            + "sudoers).",
        RemoteRefusal.LocalClient =>
            ". Correct the Secret of spec.access.ssh.keySecretRef: the private key, and its passphrase if it is "
            + "encrypted.",
        _ => "",
    };

    private static string ContainerAdvice(RemoteException exception) => exception.Reason switch
    {
        RemoteRefusal.HostKey =>
            ". If the certificate or host key of the Docker engine was replaced, put its authority into the Secret of "
            + "spec.access.docker.tlsSecretRef (over ssh: its key into the Secret of sshSecretRef). "
            + "Otherwise find out which machine answers.",
        RemoteRefusal.Authentication =>
            ". Correct the Secret of spec.access.docker.tlsSecretRef (over ssh: sshSecretRef), or "
            + "spec.access.docker.user.",
        RemoteRefusal.LocalClient =>
            ". Correct the endpoint in spec.access.docker.hosts, or the Secret of tlsSecretRef or sshSecretRef.",
        RemoteRefusal.Container =>
            ". Start it (`docker start`, `docker unpause`), or correct spec.access.docker.hosts.",
        RemoteRefusal.Connection when !exception.MayHaveRun =>
            ". Check that dockerd runs and listens there, and that the operator can reach it.",
        _ => "",
    };
}
