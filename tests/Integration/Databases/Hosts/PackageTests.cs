using Drydock.Tests.Integration.Support;
using static Drydock.Tests.Integration.Databases.Hosts.Workshop;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>A package on its way to a host.</summary>
public sealed class PackageTests(LabFixture lab) : IAsyncLifetime
{
    private const string Directory = "/data/packages/new 3.0.9";
    private const string Small = "printf '#!/bin/sh\\necho $PWD >>/data/ran\\n' >bin/post_install.sh && echo program "
        + ">bin/tikv-server && chmod +x bin/* && echo x >README";

    // Bytes that do not shrink, so that the archive is as large as they are.
    private const string Large = "head -c 25165824 /dev/urandom >bin/tikv-server && chmod +x bin/tikv-server";

    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("drydock-package-").FullName;
    private Workshop? _shop;

    private Workshop Shop => _shop!;

    public async ValueTask InitializeAsync() => _shop = await Workshop.StartAsync(lab);

    public async ValueTask DisposeAsync()
    {
        await Shop.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Package_is_brought_unpacked_and_post_install_runs_once()
    {
        var request = await RequestAsync(Small, package => package with { PostInstall = "bin/post_install.sh" });
        var files = Files();
        (await files.PackageAsync(request, Token)).ShouldSatisfyAllConditions(
            s => (s.IsComplete, s.IsWrong).ShouldBe((false, false)), s => s.Problem.ShouldContain("not unpacked yet"));

        await files.PreparePackageAsync(request, Token);
        await files.PreparePackageAsync(request, Token);

        var state = await files.PackageAsync(request, Token);
        (state.IsComplete, state.Problem).ShouldBe((true, ""));
        state.Programs["tikv-server"].ShouldBe(await Shop.SumAsync($"'{Directory}/bin/tikv-server'"));
        (await Shop.ShellAsync("cat /data/ran; ls /data/packages")).ShouldBe($"{Directory}\nnew 3.0.9");
    }

    [Fact]
    public async Task Package_upload_resumes_after_cut_connection()
    {
        var request = await RequestAsync(Large);
        var breaking = new HookedProgress { At = 8 << 20, Do = Shop.Host.BreakConnectionsAsync };
        (await Should.ThrowAsync<HostException>(
            () => Files(uploads: breaking).PreparePackageAsync(request, Token))).IsRetryable.ShouldBeTrue();
        (await Files().PackageAsync(request, Token)).IsComplete.ShouldBeFalse();
        var resumed = new HookedProgress();

        await Files(uploads: resumed).PreparePackageAsync(request, Token);

        resumed.First.ShouldBeGreaterThan(1 << 20);
        (await Files().PackageAsync(request, Token)).IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task Archive_with_wrong_checksum_is_refused_and_not_kept()
    {
        var request = await RequestAsync(
            Small, package => package with { Archives = [package.Archives[0] with { Sha256 = new string('0', 64) }] });

        var trouble = await Should.ThrowAsync<HostException>(() => Files().PreparePackageAsync(request, Token));

        (trouble.Reason, trouble.IsRetryable).ShouldBe((Reasons.PackageCorrupt, false));
        (await Shop.ShellAsync("ls -A /data/packages")).ShouldBe("");
    }

    [Fact]
    public async Task Archive_without_program_is_refused_and_not_unpacked()
    {
        var request = await RequestAsync("echo x >bin/other");

        (await Should.ThrowAsync<HostException>(() => Files().PreparePackageAsync(request, Token))).Message
            .ShouldContain("no archive has bin/tikv-server");
        (await Shop.ShellAsync("ls /data/packages")).ShouldBe("new 3.0.9.drydock-archive-db");
    }

    [Fact]
    public async Task Archive_missing_from_storage_is_named()
    {
        var request = await RequestAsync(
            Small, package => package with { Archives = [package.Archives[0] with { Path = "none.tar.gz" }] });

        var trouble = await Should.ThrowAsync<HostException>(() => Files().PreparePackageAsync(request, Token));

        trouble.Reason.ShouldBe(Reasons.PackageMissing);
        trouble.Message.ShouldContain($"directory {_folder}, none.tar.gz");
    }

    [Theory]
    [InlineData(16, Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData(40)]
    public async Task Full_disk_is_reported_and_package_completes_with_space(int megabytes)
    {
        await using var small = await Workshop.StartAsync(lab, new LabHostOptions { DataBytes = megabytes << 20 });
        var request = await RequestAsync(Large);
        var files = small.Bind(small.Spec()).Files(small.Host.Address);

        var trouble = await Should.ThrowAsync<HostException>(() => files.PreparePackageAsync(request, Token));

        (trouble.Reason, trouble.IsRetryable).ShouldBe((Reasons.NoSpace, false), trouble.Message);
        (await small.ShellAsync($"ls -d '{Directory}' '{Directory}.drydock-part' 2>/dev/null || true")).ShouldBe("");
        await Shell.RunAsync("mount", ["-o", "remount,size=120m", small.Host.Data], cancellationToken: Token);
        await files.PreparePackageAsync(request, Token);
        (await files.PackageAsync(request, Token)).IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task Two_parallel_operators_install_one_whole_package()
    {
        var request = await RequestAsync(
            Large + " && printf '#!/bin/sh\\necho ran >>/data/ran\\n' >bin/post && chmod +x bin/post",
            package => package with { PostInstall = "bin/post" });

        async Task UntilDoneAsync()
        {
            var files = Files();
            await Deadline.UntilAsync("the package", async _ =>
            {
                try
                {
                    await files.PreparePackageAsync(request, Token);
                    return true;
                }
                catch (HostException trouble) when (trouble.IsRetryable)
                {
                    return false;
                }
            });
        }

        await Task.WhenAll(UntilDoneAsync(), UntilDoneAsync());

        (await Files().PackageAsync(request, Token)).IsComplete.ShouldBeTrue();
        (await Shop.ShellAsync("cat /data/ran; ls /data/packages")).ShouldBe("ran\nnew 3.0.9");
    }

    [Fact]
    public async Task Failed_post_install_is_reported_and_repeated()
    {
        var request = await RequestAsync(
            "printf '#!/bin/sh\\n[ -e /data/ready ] || { echo \"patchelf is missing\"; exit 4; }\\n' >bin/post && echo "
            + "p >bin/tikv-server && chmod +x bin/*",
            package => package with { PostInstall = "bin/post" });

        var trouble = await Should.ThrowAsync<HostException>(() => Files().PreparePackageAsync(request, Token));
        trouble.Message.ShouldContain($"{Directory}/bin/post ended with 4: patchelf is missing");
        (await Files().PackageAsync(request, Token)).Problem.ShouldContain("bin/post has not been run yet");

        await Shop.ShellAsync("touch /data/ready");
        await Files().PreparePackageAsync(request, Token);
        (await Files().PackageAsync(request, Token)).IsComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task Extension_files_are_copied_and_existing_files_not_overwritten()
    {
        await Shop.Host.WriteFileAsync("/home/tidb/old/hll.control", "hll", ct: Token);
        await Shop.Host.WriteFileAsync("/home/tidb/old/README", "another", ct: Token);
        var extension = new PackageExtension
        {
            Name = "hll",
            Files = [new ExtensionFile { From = "/home/tidb/old/hll.control", To = "share/extension/hll.control" }]
        };
        var request = await RequestAsync(Small, package => package with { Extensions = [extension] }) with
        {
            Components = [DatabaseComponent.Tserver]
        };

        await Files().PreparePackageAsync(request, Token);

        (await Files().PackageAsync(request, Token)).IsComplete.ShouldBeTrue();
        (await Shop.ShellAsync($"cat '{Directory}/share/extension/hll.control'")).ShouldBe("hll");
        var clash = request with
        {
            Package = request.Package with
            {
                Extensions =
                    [extension with { Files = [new ExtensionFile { From = "/home/tidb/old/README", To = "README" }] }]
            }
        };
        (await Files().PackageAsync(clash, Token)).ShouldSatisfyAllConditions(
            s => s.IsWrong.ShouldBeTrue(), s => s.Problem.ShouldContain("README already exists"));
    }

    [Fact]
    public async Task Archive_on_host_is_checked_and_unpacked()
    {
        var request = await RequestAsync(Small, package => package with
        {
            Archives = [package.Archives[0] with { Storage = null, Path = null, HostPath = "/home/tidb/a.tar.gz" }]
        });
        (await Files().PackageAsync(request, Token)).ShouldSatisfyAllConditions(
            s => s.IsWrong.ShouldBeTrue(), s => s.Problem.ShouldContain("/home/tidb/a.tar.gz does not exist"));
        File.Copy(Path.Combine(_folder, "a.tar.gz"), Shop.Host.PathOf("/home/tidb/a.tar.gz"));

        await Files().PreparePackageAsync(request, Token);

        (await Files().PackageAsync(request, Token)).IsComplete.ShouldBeTrue();
        (await Shop.ShellAsync("ls /home/tidb/a.tar.gz")).ShouldBe("/home/tidb/a.tar.gz");
    }

    [Fact]
    public async Task Package_present_on_hosts_is_only_checked()
    {
        var request = new PackageRequest
        {
            Package = new PackageSpec { Directory = Deploy },
            Components = [DatabaseComponent.TiKV],
            Programs = [ProgramName]
        };

        (await Files().PackageAsync(request, Token)).Programs[ProgramName]
            .ShouldBe(await Shop.SumAsync($"{Deploy}/bin/{ProgramName}"));
        await Files().PreparePackageAsync(request, Token);
        var missing = request with { Programs = [ProgramName, "tikv-ctl"] };
        (await Files().PackageAsync(missing, Token)).ShouldSatisfyAllConditions(
            s => s.IsWrong.ShouldBeTrue(), s => s.Problem.ShouldBe($"{Deploy}/bin/tikv-ctl does not exist."));
        (await Should.ThrowAsync<HostException>(() => Files().PreparePackageAsync(missing, Token))).Reason
            .ShouldBe(Reasons.PackageMissing);
    }

    [Fact]
    public async Task Foreign_directory_in_package_place_is_not_touched()
    {
        await Shop.Host.WriteFileAsync(Directory + "/bin/tikv-server", "half", FileModes.Executable, ct: Token);
        var request = await RequestAsync(Small);

        (await Should.ThrowAsync<HostException>(() => Files().PreparePackageAsync(request, Token))).Message
            .ShouldContain("was not unpacked from spec.package.archives");
        (await Shop.ShellAsync($"cat '{Directory}/bin/tikv-server'")).ShouldBe("half");
    }

    [Fact]
    public async Task Package_below_root_directory_needs_sudo()
    {
        var request = await RequestAsync(
            Small, package => package with { Directory = "/opt/tidb-v3.0.9", PostInstall = "bin/post_install.sh" });

        (await Should.ThrowAsync<HostException>(() => Files(Become.None).PreparePackageAsync(request, Token))).Reason
            .ShouldBe(Reasons.AccessDenied);
        await Files().PreparePackageAsync(request, Token);

        (await Files(Become.None).PackageAsync(request, Token)).IsComplete.ShouldBeTrue();
        (await Shop.ShellAsync("stat -c '%U %a' /opt/tidb-v3.0.9/bin/tikv-server; ls /opt"))
            .ShouldBe("root 755\ntidb-v3.0.9");
    }

    private IHostFiles Files(Become become = Become.Sudo, IProgress<long>? uploads = null)
    {
        var spec = Shop.Spec();
        return Shop.Bind(
            spec with { Access = new HostAccess { Ssh = spec.Access.Ssh! with { Become = become } } }, uploads: uploads)
            .Files(Shop.Host.Address);
    }

    private async Task<PackageRequest> RequestAsync(string script, Func<PackageSpec, PackageSpec>? change = null)
    {
        var (folder, path, sha256) = await ArchiveAsync(_folder, script);
        var package = new PackageSpec
        {
            Directory = Directory,
            Archives = [new PackageArchive
            {
                Name = "db",
                Storage = new StorageSpec { Directory = new DirectoryStorage { Path = folder } },
                Path = path,
                Sha256 = sha256
            }],
        };
        return new PackageRequest
        {
            Package = change?.Invoke(package) ?? package,
            Components = [DatabaseComponent.TiKV],
            Programs = ["tikv-server"]
        };
    }
}
