using Drydock.Clients.Remote;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Databases;

/// <summary>Converts failures on a host to reasons and messages.</summary>
internal static class HostErrors
{
    private static readonly string[] NoRoom = ["No space left on device", "Disk quota exceeded"];

    /// <summary>Of something that could not be had on a host.</summary>
    public static HostException Of(string host, RemoteException exception, bool isContainer = false)
    {
        var (reason, retryable) = exception.Reason switch
        {
            RemoteRefusal.HostKey => (Reasons.HostKeyRefused, false),
            RemoteRefusal.Authentication => (Reasons.AccessDenied, false),
            RemoteRefusal.Sudo => (Reasons.SudoRefused, false),
            RemoteRefusal.Corrupt => (Reasons.PackageCorrupt, false),
            RemoteRefusal.LocalClient => (Reasons.AccessDenied, false),
            RemoteRefusal.RemoteCommand when Array.Exists(NoRoom, words => exception.Message.Contains(words, StringComparison.Ordinal)) => (Reasons.NoSpace, false),
            RemoteRefusal.RemoteCommand => (Reasons.StepFailed, true),
            _ => (Reasons.HostUnreachable, true),
        };
        var wayOut = isContainer ? WayOutOfContainer(exception) : WayOut(exception.Reason);
        return new HostException(host, reason, wayOut.Length == 0 ? exception.Message : exception.Message.TrimEnd('.') + wayOut, retryable, exception.MayHaveRun, exception);
    }

    /// <summary>The failure for a script that refused.</summary>
    /// <param name="host">The host.</param>
    /// <param name="what">The request, for messages: "stopping tikv-1".</param>
    /// <param name="user">Whom commands run as there.</param>
    /// <param name="refusal">Its words.</param>
    public static HostException Of(string host, string what, string user, ScriptRefusal refusal)
    {
        var (reason, retryable, wayOut) = refusal.Code switch
        {
            ScriptAnswer.Late => (Reasons.HostUnreachable, true, "nothing was done; it is looked at again first"),
            ScriptAnswer.Privileges => (Reasons.AccessDenied, false, $"give {user} the right there, or set become: Sudo in spec.access"),
            "Hidden" => (Reasons.AccessDenied, false, "mount /proc there without hidepid, or set become: Sudo in spec.access"),
            "Owner" => (Reasons.AccessDenied, false, "let the user in spec.access be the account the database runs as"),
            "Unreadable" => (Reasons.AccessDenied, true, "see what is wrong with it there"),
            "Supervisor" => (Reasons.ControlMismatch, true, "see that the process is controlled there as spec.control says"),
            "TooMany" => (Reasons.ControlMismatch, false, "too many to tell whose they are; end those that are not of the database"),
            "NoLink" => (Reasons.ControlMismatch, false, "set control.swap: ReplaceBinary, or make deployDir a symbolic link to the version's directory"),
            "Unexpected" => (Reasons.TargetChanged, false, "somebody changed it by hand; nothing was changed. Put back what was there, then retry"),
            "Corrupt" => (Reasons.PackageCorrupt, false, "copy it again, or correct the checksum"),
            "Missing" => (Reasons.PackageMissing, false, "bring it there, or correct the spec"),
            "NoExtension" => (Reasons.ExtensionMissing, false, "install the extension there for the old version, or correct spec.package.extensions"),
            "NoSpace" => (Reasons.NoSpace, false, "make room, then retry"),
            "Start" => (Reasons.InstanceUnhealthy, true, "see its log there"),
            "Script" => (Reasons.StepFailed, true, "see its output there"),
            _ => (Reasons.StepFailed, true, "it is tried again"),
        };
        return new HostException(host, reason, $"{host}: {what}: {refusal.Message.TrimEnd('.')}; {wayOut}", retryable, innerException: refusal);
    }

    private static string WayOut(RemoteRefusal reason) => reason switch
    {
        RemoteRefusal.HostKey => "; if the host was reinstalled put its new key into the Secret of spec.access.ssh.knownHostsSecretRef, otherwise find out who answers",
        RemoteRefusal.Authentication => "; put its public key into authorized_keys there, or correct spec.access.ssh.user or the Secret of spec.access.ssh.keySecretRef",
        RemoteRefusal.Sudo => ", or set spec.access.ssh.become: None",
        RemoteRefusal.LocalClient => "; correct the Secret of spec.access.ssh.keySecretRef: it needs a private key without passphrase",
        _ => "",
    };

    private static string WayOutOfContainer(RemoteException exception) => exception.Reason switch
    {
        RemoteRefusal.HostKey => "; if the engine's certificate or host key was made anew put its authority into the Secret of spec.access.docker.tlsSecretRef (over ssh: its key into that of sshSecretRef), otherwise find out who answers",
        RemoteRefusal.Authentication => "; correct the Secret of spec.access.docker.tlsSecretRef (over ssh: sshSecretRef), or spec.access.docker.user",
        RemoteRefusal.LocalClient => "; correct the endpoint in spec.access.docker.hosts, or the Secret of tlsSecretRef or sshSecretRef",
        RemoteRefusal.Container => "; start it (docker start, docker unpause), or correct spec.access.docker.hosts",
        RemoteRefusal.Connection when !exception.MayHaveRun => "; see that dockerd runs and listens there, and that the network leads to it",
        _ => "",
    };
}
