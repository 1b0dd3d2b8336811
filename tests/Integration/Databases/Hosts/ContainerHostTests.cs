using Drydock.Runs;
using Drydock.Tests.Integration.Clients.Docker.Fixture;
using Drydock.Tests.Integration.Support;
using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>Hosts that are containers, on a real engine.</summary>
[Collection(DockerDaemonCollection.Name)]
public sealed class ContainerHostTests(DockerDaemonFixture daemon)
{
    private static readonly InstanceControl Scripts = new()
    {
        Scripts = new ScriptControl { Start = "scripts/start.sh", Stop = "scripts/stop.sh" },
        StopGrace = "5s"
    };

    private static InstanceControl Process => new()
    {
        Process = new ProcessControl
        {
            Command =
            [
                $"{{directory}}/bin/{ProgramName}", $"{Deploy}/serve.pl", "--port", "{port}", "--data-dir", "{dataDir}"
            ],
            LogFile = "log/out.log"
        },
        Swap = SwapMethod.NewDirectory,
        StopGrace = "5s",
    };

    [Fact]
    public async Task Plain_process_is_replaced_by_new_version_and_outlives_connection()
    {
        await using var shop = await ContainerWorkshop.StartAsync(daemon);
        var instance = shop.Control(Process);
        await instance.StartAsync(Deploy, Token);
        var old = await SeeAsync(instance, "the port", p => p.IsListening);
        (old.Supervision, old.ExecutableSha256, old.ListenerPid)
            .ShouldBe((SupervisionState.None, await shop.SumAsync($"{Deploy}/bin/{ProgramName}"), old.Pid));
        await shop.BreakConnectionsAsync();
        (await instance.LookAsync(Token)).Pid.ShouldBe(old.Pid);

        await instance.StopAsync(Token);
        await instance.StopAsync(Token);
        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();
        await instance.SwapAsync(await SwapAsync(shop), Token);
        await instance.StartAsync("/data/new", Token);

        var seen = await SeeAsync(instance, "the new one's port", p => p.IsListening);
        (seen.ExecutableSha256, seen.Executable)
            .ShouldBe((await shop.SumAsync($"/data/new/bin/{ProgramName}"), $"/data/new/bin/{ProgramName}"));
        (await shop.ShellAsync($"stat -c %U /proc/{seen.Pid}; ls -l /proc/{seen.Pid}/fd | grep -c pipe: || true"))
            .ShouldBe("bigmath\n0");
        seen.StartedAt.ShouldNotBeNull().ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Scripted_instance_is_stopped_swapped_and_started_as_user()
    {
        await using var shop = await ContainerWorkshop.StartAsync(daemon, "root");
        await shop.WriteAsync(
            $"{Deploy}/scripts/start.sh", $"#!/bin/sh\n[ \"$(id -u)\" -ne 0 ] || exit 1\ncd {Deploy}; nohup "
                + $"bin/{ProgramName} serve.pl --port {Port} --data-dir {Deploy}/data & echo $! >tikv.pid\n");
        await shop.WriteAsync(
            $"{Deploy}/scripts/stop.sh",
            $"#!/bin/sh\n[ \"$(id -u)\" -ne 0 ] || exit 1\nkill $(cat {Deploy}/tikv.pid)\n");
        var instance = shop.Control(Scripts, ContainerWorkshop.Account, Become.Sudo);
        await instance.StartAsync("/data/new", Token);
        await SeeAsync(instance, "the port", p => p.IsListening);

        await instance.StopAsync(Token);
        await instance.SwapAsync(await SwapAsync(shop), Token);
        await instance.StartAsync("/data/new", Token);

        var seen = await SeeAsync(instance, "the new one's port", p => p.IsListening);
        seen.ExecutableSha256.ShouldBe(await shop.SumAsync($"/data/new/bin/{ProgramName}"));
        (await shop.ShellAsync($"stat -c %U /proc/{seen.Pid}; ls {Deploy}/bin"))
            .ShouldBe($"bigmath\n{ProgramName}\n{ProgramName}.{Old}");
    }

    [Fact]
    public async Task Process_of_root_is_ended_only_by_account_that_can_start_it_again()
    {
        await using var shop = await ContainerWorkshop.StartAsync(daemon, "root");
        await shop.DockerAsync(
            "exec", "-d", shop.Container, $"{Deploy}/bin/{ProgramName}", $"{Deploy}/serve.pl", "--port", $"{Port}",
            "--data-dir", $"{Deploy}/data");
        await SeeAsync(shop.Control(Process, "root"), "the port", p => p.IsListening);

        var trouble = await Should.ThrowAsync<HostException>(
            () => shop.Control(Process, ContainerWorkshop.Account).LookAsync(Token));
        (trouble.Reason, trouble.Message).ShouldSatisfyAllConditions(
            t => t.Reason.ShouldBe(Reasons.AccessDenied), t => t.Message.ShouldContain("--cap-add SYS_PTRACE"));

        var instance = shop.Control(Process, ContainerWorkshop.Account, Become.Sudo);
        trouble = await Should.ThrowAsync<HostException>(() => instance.StopAsync(Token));
        trouble.Message.ShouldEndWith("Set the user in spec.access to the account that runs the database.");
        (await instance.LookAsync(Token)).IsAlive.ShouldBeTrue();

        instance = shop.Control(Process, "root");
        await instance.StopAsync(Token);
        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();
    }

    [Fact]
    public async Task Main_process_of_container_is_not_touched()
    {
        await using var shop = await ContainerWorkshop.StartAsync(
            daemon, command: $"until [ -e /data/go ]; do sleep 0.1; done; exec {Deploy}/bin/{ProgramName} "
                + $"{Deploy}/serve.pl --port {Port} --data-dir {Deploy}/data");
        await shop.ShellAsync("touch /data/go");
        HostException? trouble = null;
        await Deadline.UntilAsync("the main process to be the server", async token =>
        {
            try
            {
                await shop.Control(Process).LookAsync(token);
            }
            catch (HostException exception)
            {
                trouble = exception;
            }

            return trouble is not null;
        }, cancellationToken: Token);

        (trouble!.Reason, trouble.IsRetryable).ShouldBe((Reasons.ControlMismatch, false));
        trouble.Message.ShouldContain("tikv-1 is the main process of its container");
        await Should.ThrowAsync<HostException>(() => shop.Control(Process).StopAsync(Token));
        (await shop.ShellAsync("cat /proc/1/comm")).ShouldBe(ProgramName);
    }

    [Fact]
    public async Task Package_is_brought_and_resumes_after_cut_connection()
    {
        await using var shop = await ContainerWorkshop.StartAsync(daemon);
        var folder = Directory.CreateTempSubdirectory("drydock-package-").FullName;
        try
        {
            var (directory, path, sha256) = await ArchiveAsync(
                folder, "head -c 33554432 /dev/urandom >bin/tikv-server && chmod +x bin/tikv-server && printf "
                    + "'#!/bin/sh\\necho ran >>/data/ran\\n' >bin/post.sh && chmod +x bin/post.sh");
            var package = new PackageSpec
            {
                Directory = "/data/packages/new 3.0.9",
                Archives = [new PackageArchive
                {
                    Name = "tidb",
                    Storage = new StorageSpec { Directory = new DirectoryStorage { Path = directory } },
                    Path = path,
                    Sha256 = sha256
                }],
                PostInstall = "bin/post.sh",
            };
            await shop.ShellAsync("mkdir /data/packages");
            var request = new PackageRequest
            {
                Package = package,
                Components = [DatabaseComponent.TiKV],
                Programs = ["tikv-server"]
            };
            var spec = shop.Spec(Process) with { Package = package };
            var breaking = new HookedProgress { At = 8 << 20, Do = shop.BreakConnectionsAsync };

            var trouble = await Should.ThrowAsync<HostException>(() => shop.Bind(spec, uploads: breaking)
                .Files(ContainerWorkshop.Host).PreparePackageAsync(request, Token));
            (trouble.Reason, trouble.IsRetryable, trouble.MayHaveRun)
                .ShouldBe((Reasons.HostUnreachable, true, true), trouble.Message);
            var resumed = new HookedProgress();
            await shop.Bind(spec, uploads: resumed).Files(ContainerWorkshop.Host).PreparePackageAsync(request, Token);

            resumed.First.ShouldBeGreaterThan(0);
            (await shop.Bind(spec).Files(ContainerWorkshop.Host).PackageAsync(request, Token)).IsComplete
                .ShouldBeTrue();
            (await shop.ShellAsync("cat /data/ran; ls /data/packages")).ShouldBe("ran\nnew 3.0.9");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Files_are_written_and_read_and_machine_facts_are_returned()
    {
        await using var shop = await ContainerWorkshop.StartAsync(daemon);
        var files = shop.Bind(shop.Spec(Process)).Files(ContainerWorkshop.Host);

        (await files.ReadAsync("/data/a.toml", Token)).ShouldBeNull();
        await files.WriteAsync("/data/a.toml", "größe = 1\n", null, null, Token);

        (await files.ReadAsync("/data/a.toml", Token)).ShouldBe("größe = 1\n");
        (await files.Sha256Async(["/data/a.toml", "/data/b"], Token))
            .ShouldBe([Convert.ToHexStringLower(SHA256.HashData("größe = 1\n"u8)), null]);
        (await files.FreeBytesAsync("/data/x/y", Token)).ShouldBeGreaterThan(0);
        var (memory, cpus) = await files.MachineAsync(Token);
        memory.ShouldBeGreaterThan(1 << 20);
        cpus.ShouldBeGreaterThan(0);
        (await files.ClockOffsetAsync(Token)).ShouldBe(TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Missing_or_stopped_container_is_refused_with_advice()
    {
        await using var shop = await ContainerWorkshop.StartAsync(daemon);
        await RefusedAsync(
            shop.Bind(shop.Spec(Process, container: "no-such")).Instance("tikv-1"), Reasons.HostUnreachable,
            retryable: true, "(container no-such at tcp://", "there is no such container", "spec.access.docker.hosts");
        var instance = shop.Control(Process);
        await shop.DockerAsync("kill", shop.Container);

        await RefusedAsync(instance, Reasons.HostUnreachable, retryable: true, "is not running", "docker start");

        await shop.DockerAsync("start", shop.Container);
        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();
    }

    [Fact]
    public async Task Certificate_refusals_of_engine_and_client_are_told_apart()
    {
        await using var shop = await ContainerWorkshop.StartAsync(daemon);

        await RefusedAsync(
            shop.Bind(shop.Spec(Process), daemon.StrangersEndpoint.Tls).Instance("tikv-1"), Reasons.AccessDenied,
            retryable: false, "refused the client certificate", "spec.access.docker.tlsSecretRef");
        await RefusedAsync(
            shop.Bind(shop.Spec(Process), daemon.WronglyTrustingEndpoint.Tls).Instance("tikv-1"),
            Reasons.HostKeyRefused, retryable: false, "refused the certificate of the engine",
            "spec.access.docker.tlsSecretRef");
    }

    [Fact]
    public async Task Instance_without_leadership_can_be_observed_but_not_started()
    {
        await using var shop = await ContainerWorkshop.StartAsync(daemon);
        var instance = shop.Bind(shop.Spec(Process), fence: new NoLeader()).Instance("tikv-1");

        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();
        await Should.ThrowAsync<InvalidOperationException>(() => instance.StartAsync(Deploy, Token));

        (await instance.LookAsync(Token)).IsAlive.ShouldBeFalse();
    }

    private static async Task<InstanceGoal> SwapAsync(ContainerWorkshop shop) =>
        new(
            "/data/new", await shop.SumAsync($"/data/new/bin/{ProgramName}"), Old,
            await shop.SumAsync($"{Deploy}/bin/{ProgramName}"), null);

    private static async Task RefusedAsync(IInstanceHost instance, string reason, bool retryable, params string[] says)
    {
        var trouble = await Should.ThrowAsync<HostException>(() => instance.LookAsync(Token));
        (trouble.Reason, trouble.IsRetryable, trouble.MayHaveRun).ShouldBe((reason, retryable, false), trouble.Message);
        says.ShouldAllBe(words => trouble.Message.Contains(words, StringComparison.Ordinal), trouble.Message);
    }

    private sealed class NoLeader : IActFence
    {
        public void EnsureMayAct() => throw new InvalidOperationException("it does not lead");
    }
}
