namespace Drydock.Tests.Integration.Lab.Hosts;

[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class HostIsolationTests(LabFixture lab, HostPair hosts) : IClassFixture<HostPair>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processes_and_ports_of_another_host_are_invisible()
    {
        await StartListenerAsync(hosts.First);
        await StartListenerAsync(hosts.Second);

        (await hosts.Second.RunAsync("pkill -KILL -f http.server", ct: Token)).ExitCode.ShouldBe(0);

        await Deadline.UntilAsync(
            "the port of the second host to close", async _ => await ListensAsync(hosts.Second) == "",
            cancellationToken: Token);
        (await ListensAsync(hosts.First)).ShouldContain("0.0.0.0:8250");
        (await hosts.First.RunAsync("pgrep -cf http.server", ct: Token)).OrThrow().ShouldBe("1");
        (await hosts.First.RunAsync("ls -d /proc/[0-9]* | wc -l", ct: Token)).OrThrow().Length
            .ShouldBeLessThan(3, "a few processes of its own, none of the machine's");
    }

    [Fact]
    public async Task Files_of_a_host_are_absent_from_others_and_machine()
    {
        var name = LabFixture.UniqueName("mine");
        (await hosts.First.RunAsync(
            $"for d in /data /etc /home /opt /srv /tmp /var/lib /run /dev/shm /usr/local/bin; do echo x >$d/{name}; "
            + "done",
            asRoot: true, Token)).OrThrow();

        foreach (var folder in new[]
        {
            "/data", "/etc", "/home", "/opt", "/srv", "/tmp", "/var/lib", "/run", "/dev/shm", "/usr/local/bin"
        })
        {
            File.Exists($"{folder}/{name}").ShouldBeFalse(folder);
            (await hosts.Second.RunAsync($"test -e {folder}/{name}", ct: Token)).ExitCode.ShouldBe(1, folder);
        }

        File.Exists(hosts.First.PathOf($"/data/{name}")).ShouldBeTrue();
        File.Exists(hosts.First.PathOf($"/opt/{name}")).ShouldBeTrue();
        (await hosts.First.RunAsync("touch /usr/bin/another", asRoot: true, Token)).Error
            .ShouldContain("Read-only file system");
    }

    [Fact]
    public async Task Cluster_hosts_share_a_folder_and_see_programs_read_only()
    {
        var run = await lab.RunAsync();
        var shared = run.FolderFor(LabFixture.UniqueName("cluster"));
        File.SetUnixFileMode(shared, FileModes.Executable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
        var programs = run.FolderFor(LabFixture.UniqueName("programs"));
        await File.WriteAllTextAsync(Path.Combine(programs, "program"), "#!/bin/sh\necho runs on $(hostname)\n", Token);
        File.SetUnixFileMode(Path.Combine(programs, "program"), FileModes.Executable);
        var options = new LabHostOptions { User = "bmdb", Shared = [shared], Readable = [programs] };
        await using var one = await LabHost.StartAsync(run, LabFixture.UniqueName("one"), options, Token);
        await using var other = await LabHost.StartAsync(run, LabFixture.UniqueName("other"), options, Token);

        (await one.RunAsync($"{programs}/program >{shared}/said", ct: Token)).OrThrow();

        (await other.RunAsync($"cat {shared}/said; rm {shared}/said", ct: Token)).OrThrow()
            .ShouldBe($"runs on {one.Name}");
        (await other.RunAsync($"rm {programs}/program", asRoot: true, Token)).Error
            .ShouldContain("Read-only file system");
    }

    [Fact]
    public async Task Ended_orphan_process_is_reaped_at_once()
    {
        (await hosts.First.RunAsync(
            "for i in 1 2 3 4 5; do (sh -c 'sleep 0.01 & exec true'); done; sleep 0.2", ct: Token)).OrThrow();

        (await hosts.First.RunAsync("ps -eo stat=,args= | grep '^Z' || true", ct: Token)).OrThrow().ShouldBe("");
    }

    private static async Task StartListenerAsync(LabHost host)
    {
        (await host.RunAsync("nohup python3 -m http.server 8250 >/data/log 2>&1 </dev/null &", ct: Token)).OrThrow();
        await Deadline.UntilAsync(
            $"the port of {host.Name} to open", async _ => await ListensAsync(host) != "", cancellationToken: Token);
    }

    private static async Task<string> ListensAsync(LabHost host) =>
        (await host.RunAsync("ss -Hltn 'sport = :8250'", ct: Token)).OrThrow();
}
