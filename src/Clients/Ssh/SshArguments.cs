using System.Diagnostics;
using System.Globalization;

namespace Drydock.Clients.Ssh;

/// <summary>
/// The command line of the OpenSSH client. Only listed host keys are accepted, only our key is offered, and no
/// configuration of this machine's user is read.
/// </summary>
internal static class SshArguments
{
    private static readonly string[] Alone = ["ControlMaster=no", "ControlPath=none"];

    /// <summary>A process to start: its arguments up to the host; the remote command is still to be added.</summary>
    /// <param name="program">The ssh program.</param>
    /// <param name="endpoint">Where to; <see cref="SshEndpoint.IsSafe"/>.</param>
    /// <param name="files">Key and known hosts, and the place of the shared connection if there is one.</param>
    /// <param name="connectTimeout">Limit for opening a connection.</param>
    /// <param name="keep">How long a connection is shared after its last use; null: one of its own.</param>
    public static ProcessStartInfo To(
        string program, SshEndpoint endpoint, SshFiles files, TimeSpan connectTimeout, TimeSpan? keep = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in Arguments(endpoint, files, connectTimeout, keep))
        {
            start.ArgumentList.Add(argument);
        }

        // Nothing of our environment is the child's business, and an agent's keys must not be offered.
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    public static IEnumerable<string> Arguments(
        SshEndpoint endpoint, SshFiles files, TimeSpan connectTimeout, TimeSpan? keep)
    {
        string[] options =
        [
            "BatchMode=yes", "StrictHostKeyChecking=yes", $"UserKnownHostsFile={files.KnownHosts}", "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no",
            "IdentitiesOnly=yes", "PreferredAuthentications=publickey", "PasswordAuthentication=no", "KbdInteractiveAuthentication=no",
            .. keep is { } shared && files.Control is { } control ? ["ControlMaster=auto", $"ControlPath={control}", $"ControlPersist={Seconds(shared)}"] : Alone,
            "ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes", "PermitLocalCommand=no",
            $"ConnectTimeout={Seconds(connectTimeout)}", "ServerAliveInterval=10", "ServerAliveCountMax=3", "LogLevel=ERROR",
        ];
        return
        [
            "-F", "none", "-T", .. options.SelectMany(option => new[] { "-o", option }),
            "-i", files.PrivateKey, "-p", endpoint.Port.ToString(CultureInfo.InvariantCulture), "-l", endpoint.User, "--", endpoint.Host,
        ];
    }

    private static string Seconds(TimeSpan time) =>
        Math.Max(1, (int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
