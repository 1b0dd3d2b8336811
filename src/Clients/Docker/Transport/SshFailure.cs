namespace Drydock.Clients.Docker.Transport;

/// <summary>Reads out of the OpenSSH client's words why there is no connection.</summary>
internal static class SshFailure
{
    /// <summary>OpenSSH's own exit code; any other is the remote command's.</summary>
    private const int OwnExitCode = 255;
    private const int MaxText = 600;

    public static DockerSshException From(string endpoint, int exitCode, string errors, Exception inner)
    {
        var reason = Classify(exitCode, errors);
        var text = errors.Length > MaxText ? errors[^MaxText..] : errors;
        var what = reason switch
        {
            SshRefusal.HostKey => "its host key is not the one in known_hosts; nothing was sent to it",
            SshRefusal.Authentication => "it refused our key",
            SshRefusal.RemoteCommand => $"the login worked, 'docker system dial-stdio' there ended with {exitCode}",
            SshRefusal.LocalClient => "our key or configuration cannot be used by the ssh program here",
            _ => "no connection",
        };
        return new DockerSshException(endpoint, $"ssh to {endpoint}: {what}: {(text.Length == 0 ? "no further words" : text)}", reason, inner);
    }

    public static SshRefusal Classify(int exitCode, string errors)
    {
        if (exitCode != OwnExitCode)
        {
            return SshRefusal.RemoteCommand;
        }

        if (Says(errors, "Host key verification failed") || Says(errors, "REMOTE HOST IDENTIFICATION HAS CHANGED") || Says(errors, "host key is known for"))
        {
            return SshRefusal.HostKey;
        }

        if (Says(errors, "Load key") || Says(errors, "No user exists for uid") || Says(errors, "Bad owner or permissions") || Says(errors, "Bad configuration option"))
        {
            return SshRefusal.LocalClient;
        }

        return Says(errors, "Permission denied") || Says(errors, "Too many authentication failures")
            ? SshRefusal.Authentication
            : SshRefusal.Connection;
    }

    private static bool Says(string errors, string words) => errors.Contains(words, StringComparison.OrdinalIgnoreCase);
}
