namespace Drydock.Clients.Docker;

/// <summary>The command that connects an ssh session to the engine: <c>docker system dial-stdio</c>, as the login user
/// or as root.</summary>
/// <param name="User">The login user.</param>
/// <param name="Socket">The path of the engine's socket on the host; empty for the usual one.</param>
/// <param name="AsRoot">Whether it runs through <c>sudo -n</c>.</param>
internal sealed record DialCommand(string User, string Socket, bool AsRoot)
{
    private const string Docker = "docker";

    // sudoers names programs by their paths; this is where the packages of Debian, Red Hat and Docker have it.
    private const string DockerPath = "/usr/bin/docker";

    private string Arguments =>
        Socket.Length == 0 ? "system dial-stdio" : $"--host unix://{Socket} system dial-stdio";

    // In sudoers a colon in an argument is escaped.
    private string Sudoers =>
        $"{User} ALL=(root) NOPASSWD: {DockerPath} {Arguments.Replace(":", "\\:", StringComparison.Ordinal)}";

    public override string ToString() => $"{(AsRoot ? "sudo -n " : "")}{Docker} {Arguments}";

    public bool IsRefusedBySudo(string errors) =>
        AsRoot
        && !Says(errors, "command not found")
        && (errors.TrimStart().StartsWith("sudo:", StringComparison.Ordinal)
            || Says(errors, "is not allowed to execute")
            || Says(errors, "is not in the sudoers file"));

    public string? Advice(string errors)
    {
        if (Says(errors, "must have a tty"))
        {
            return $"Add the line `Defaults:{User} !requiretty` to sudoers on the host.";
        }

        if (IsRefusedBySudo(errors))
        {
            return $"Add the line `{Sudoers}` with `visudo -f /etc/sudoers.d/drydock` on the host. If `command -v "
                + $"{Docker}` prints another path there, use that path.";
        }

        return !AsRoot && Says(errors, "permission denied")
            ? $"Set become: Sudo for this endpoint, or allow {User} to use the socket on the host (`usermod -aG docker "
                + $"{User}`)."
            : null;
    }

    private static bool Says(string errors, string words) => errors.Contains(words, StringComparison.OrdinalIgnoreCase);
}
