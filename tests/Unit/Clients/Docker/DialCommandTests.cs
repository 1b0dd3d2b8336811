namespace Drydock.Tests.Unit.Clients.Docker;

/// <summary>What runs on an ssh host, and what to do when the host does not let it run.</summary>
public sealed class DialCommandTests
{
    private const string PasswordRequired = "sudo: a password is required";

    [Theory]
    [InlineData("", false, "docker system dial-stdio")]
    [InlineData("", true, "sudo -n docker system dial-stdio")]
    [InlineData("/run/podman/podman.sock", false, "docker --host unix:///run/podman/podman.sock system dial-stdio")]
    [InlineData(
        "/run/podman/podman.sock", true, "sudo -n docker --host unix:///run/podman/podman.sock system dial-stdio")]
    public void Command_line_follows_socket_and_become(string socket, bool asRoot, string expected) =>
        new DialCommand("drydock", socket, asRoot).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("", "`drydock ALL=(root) NOPASSWD: /usr/bin/docker system dial-stdio`")]
    [InlineData(
        "/srv/d.sock", "`drydock ALL=(root) NOPASSWD: /usr/bin/docker --host unix\\:///srv/d.sock system dial-stdio`")]
    public void Refusal_of_sudo_names_the_exact_sudoers_line(string socket, string line)
    {
        var command = new DialCommand("drydock", socket, AsRoot: true);

        command.IsRefusedBySudo(PasswordRequired).ShouldBeTrue();
        command.Advice(PasswordRequired).ShouldNotBeNull().ShouldContain(line);
    }

    [Theory]
    [InlineData(
        "Sorry, user drydock is not allowed to execute '/usr/bin/docker system dial-stdio' as root on oms-a.", true)]
    [InlineData("drydock is not in the sudoers file.", true)]
    [InlineData("sudo: docker: command not found", false)]
    [InlineData(
        "sudo: unable to resolve host h: Name or service not known Cannot connect to the Docker daemon.", false)]
    [InlineData("bash: line 1: sudo: command not found", false)]
    [InlineData("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", false)]
    public void Only_a_refusal_of_sudo_counts_as_one(string errors, bool isRefusal)
    {
        var command = new DialCommand("drydock", "", AsRoot: true);

        command.IsRefusedBySudo(errors).ShouldBe(isRefusal);
        (command.Advice(errors) is not null).ShouldBe(isRefusal);
        new DialCommand("drydock", "", AsRoot: false).IsRefusedBySudo(errors).ShouldBeFalse();
    }

    [Fact]
    public void Sudo_that_wants_a_terminal_is_told_apart() =>
        new DialCommand("drydock", "", AsRoot: true).Advice("sudo: sorry, you must have a tty to run sudo")
            .ShouldNotBeNull()
            .ShouldContain("`Defaults:drydock !requiretty`");

    [Fact]
    public void Socket_that_is_not_permitted_leads_to_become_Sudo() =>
        new DialCommand("drydock", "", AsRoot: false)
            .Advice("dial unix /var/run/docker.sock: connect: permission denied")
            .ShouldNotBeNull()
            .ShouldContain("become: Sudo");
}
