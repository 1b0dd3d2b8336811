using Drydock.Clients.Ssh;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Hosts.Channel;

/// <summary>What went wrong on a host, in the words of the API.</summary>
internal static class HostErrors
{
    private static readonly string[] NoRoom = ["No space left on device", "Disk quota exceeded"];

    /// <summary>Of something that could not be had over ssh.</summary>
    public static HostException Of(string host, SshException exception)
    {
        var (reason, retryable) = exception.Reason switch
        {
            SshRefusal.HostKey => (Reasons.HostKeyRefused, false),
            SshRefusal.Authentication => (Reasons.AccessDenied, false),
            SshRefusal.Sudo => (Reasons.SudoRefused, false),
            SshRefusal.Corrupt => (Reasons.PackageCorrupt, false),
            SshRefusal.LocalClient => (Reasons.AccessDenied, false),
            SshRefusal.RemoteCommand when Array.Exists(NoRoom, words => exception.Message.Contains(words, StringComparison.Ordinal)) => (Reasons.NoSpace, false),
            SshRefusal.RemoteCommand => (Reasons.StepFailed, true),
            _ => (Reasons.HostUnreachable, true),
        };
        return new HostException(host, reason, exception.Message + WayOut(exception.Reason), retryable, exception.MayHaveRun, exception);
    }

    /// <summary>Of what a script refused.</summary>
    /// <param name="host">The host.</param>
    /// <param name="what">What was asked of it: "stopping tikv-1".</param>
    /// <param name="user">Who logs in there.</param>
    /// <param name="refusal">Its words.</param>
    public static HostException Of(string host, string what, string user, ScriptRefusal refusal)
    {
        var (reason, retryable, wayOut) = refusal.Code switch
        {
            ScriptAnswer.Late => (Reasons.HostUnreachable, true, "nothing was done; it is looked at again first"),
            ScriptAnswer.Privileges => (Reasons.AccessDenied, false, $"give {user} the right there, or set spec.access.become: Sudo"),
            "Hidden" => (Reasons.AccessDenied, false, "mount /proc there without hidepid, or set spec.access.become: Sudo"),
            "Owner" => (Reasons.AccessDenied, false, "let spec.access.user be the account the database runs as"),
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

    private static string WayOut(SshRefusal reason) => reason switch
    {
        SshRefusal.HostKey => "; if the host was reinstalled put its new key into the Secret of spec.access.knownHostsSecretRef, otherwise find out who answers",
        SshRefusal.Authentication => "; put its public key into authorized_keys there, or correct spec.access.user or the Secret of spec.access.keySecretRef",
        SshRefusal.Sudo => ", or set spec.access.become: None",
        SshRefusal.LocalClient => "; correct the Secret of spec.access.keySecretRef: it needs a private key without passphrase",
        _ => "",
    };
}
