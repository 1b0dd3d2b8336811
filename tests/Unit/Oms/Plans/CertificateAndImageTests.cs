namespace Drydock.Tests.Unit.Oms;

/// <summary>Certificates, ports, and the ways an image comes to a host.</summary>
public sealed class CertificateAndImageTests
{
    private const string Certificate = "/etc/oms/tls.crt";
    private const string Key = "/etc/oms/tls.key";
    private const string HostPath = "/opt/oms_422.tar.gz";
    private const string RegistryPassword = "canary-registry-p@ss";

    private static readonly Undisturbed FromHost = Undisturbed.Run(() => ArchiveOnHosts().Apply(OnHost));

    [Fact]
    public void Certificate_and_key_of_spec_are_mounted_and_HTTPS_used()
    {
        var world = WithCertificates().Apply(Https);
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.New("oms-a")!.HostConfig.Binds.ShouldNotBeNull().ShouldBe(
        [
            .. world.Old("oms-a").HostConfig.Binds!,
            $"{Certificate}:/etc/pki/nginx/oms_server.crt",
            $"{Key}:/etc/pki/nginx/oms_server.key",
        ]);
        world.Health.Asked.ShouldBe(
            ["https://192.0.2.216:8089/oms/health", "https://192.0.2.217:8089/oms/health"], ignoreOrder: true);
        world.Hosts.ShouldAllBe(h => h.Containers.Count == 2);
    }

    [Fact]
    public void Old_certificates_are_kept_unless_the_spec_names_others()
    {
        string[] old = ["/old/crt:/etc/pki/nginx/oms_server.crt", "/old/key:/etc/pki/nginx/oms_server.key:ro"];
        var kept = WithCertificates(old).Apply();
        kept.RunToSuccess();
        kept.New("oms-b")!.HostConfig.Binds.ShouldBe(kept.Old("oms-b").HostConfig.Binds);
        kept.Health.Asked.ShouldAllBe(a => a.StartsWith("https://"));

        var replaced = WithCertificates(old).Apply(Https);
        replaced.RunToSuccess();
        replaced.New("oms-b")!.HostConfig.Binds!.Where(b => b.Contains("/etc/pki"))
            .ShouldBe([$"{Certificate}:/etc/pki/nginx/oms_server.crt", $"{Key}:/etc/pki/nginx/oms_server.key"]);
    }

    [Fact]
    public void Console_without_certificate_is_asked_by_HTTP()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunToSuccess();

        world.Health.Asked.ShouldAllBe(a => a.StartsWith("http://"));
        world.Plan.Steps.ShouldAllBe(s => !s.Parameters.ContainsKey("scheme"));
    }

    [Fact]
    public void Missing_certificate_is_a_finding_and_no_file_is_created(
        )
    {
        var world = WithCertificates();
        world["oms-b"].Files.Remove(Certificate);
        world["oms-a"].Files[Key] = [];
        world.Apply(Https);
        world.RunToStall();

        world.Status.Findings.Select(f => (f.Reason, f.Node, f.Field)).ShouldBe(
            [
                (Reasons.MountsUnusable, "oms-a", "spec.https.keyHostPath"),
                (Reasons.MountsUnusable, "oms-b", "spec.https.certificateHostPath")
            ]);
        world.Hosts.ShouldAllBe(h => h.Containers.Count == 1);
        world["oms-b"].Files.ShouldNotContainKey(Certificate);

        world["oms-b"].Files[Certificate] = [1];
        world["oms-a"].Files[Key] = [1];
        world.RunToSuccess();
    }

    [Fact]
    public void Ports_of_config_yaml_are_used()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        var plain = world.Setup.Config;
        foreach (var host in world.Hosts)
        {
            host.Write("/data/oms/config.yaml", plain(world, host) + "nginx_server_port: 18089\n");
        }

        world.Apply();
        world.RunToSuccess();
        world.Health.Asked.ShouldBe(
            ["http://192.0.2.216:18089/oms/health", "http://192.0.2.217:18089/oms/health"], ignoreOrder: true);
    }

    [Fact]
    public void Port_used_by_another_process_is_a_finding()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world["oms-b"].ForeignPorts.AddRange([22, 9000]);
        world.Apply();
        world.RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Node).ShouldBe((Reasons.PortTaken, "oms-b"));
        finding.Message.ShouldContain("port 9000");

        world["oms-b"].ForeignPorts.Remove(9000);
        world.RunToSuccess();
    }

    [Fact]
    public void Archive_on_hosts_is_loaded_from_its_host_path()
    {
        var world = FromHost.World;

        world.Done.Where(a => a.What == "load").Select(a => a.Where).ShouldBe(["oms-a", "oms-b"]);
        var image = world.Step("PrepareImage/oms-a/image").As<PrepareImage>();
        (image.Source, image.Archive, image.ArchiveStorage, image.ImageId)
            .ShouldBe((ImageSource.HostArchive, HostPath, null, world.NewImageContent.Id));
        image.ArchiveSha256!.Length.ShouldBe(64);
        world.Hosts.ShouldAllBe(h => !h.Containers.Exists(c => c.Name.StartsWith("drydock")));
    }

    [Fact]
    public void Host_archive_upgrade_killed_before_any_write_ends_golden() => Everywhere(Fate.DieBefore, way: 0);

    [Fact]
    public void Host_archive_upgrade_killed_after_any_write_ends_golden() => Everywhere(Fate.DieAfter, way: 2);

    [Fact]
    public void Archive_missing_on_one_host_is_a_finding()
    {
        var world = ArchiveOnHosts();
        world["oms-b"].Files.Remove(HostPath);
        world.Apply(OnHost);
        world.RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Node).ShouldBe((Reasons.ImageArchiveUnreadable, "oms-b"));
        world.Hosts.ShouldAllBe(h => h.Containers.Count == 1);
    }

    [Fact]
    public void Image_is_taken_by_its_name_from_archive_with_several()
    {
        var world = ArchiveOnHosts("registry.example/other:1");
        world.Apply(s => OnHost(s) with { Image = world.NewImageContent.Reference });
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Archive_with_several_images_without_that_name_is_a_finding()
    {
        var world = ArchiveOnHosts("registry.example/other:1");
        world.Apply(s => OnHost(s) with { Image = "registry.example/own/oms:feature_4.2.2" });
        world.RunToStall();

        world.Status.Findings.ShouldAllBe(f => f.Reason == Reasons.ImageArchiveUnreadable
            && f.Message.Contains("2 images (registry.example/other:1"));
        world.Hosts.ShouldAllBe(h => h.Containers.Count == 1);
    }

    [Fact]
    public void Host_archive_with_wrong_checksum_is_a_finding()
    {
        var world = ArchiveOnHosts().Apply(s =>
            OnHost(s) with { ImageArchive = new OmsArchive { HostPath = HostPath, Sha256 = new string('0', 64) } });
        world.RunToStall();

        world.Status.Findings.ShouldAllBe(
            f => f.Reason == Reasons.ImageArchiveUnreadable && f.Field == "spec.imageArchive.sha256");
        world.Status.Findings.Count.ShouldBe(2);
    }

    [Fact]
    public void Host_archive_changed_after_preflight_fails_before_downtime()
    {
        var world = ArchiveOnHosts();
        world.Apply(s => OnHost(s) with { HoldBefore = [OmsUpgradePhases.PrepareImage] });
        world.RunUntil(() => world.Is("Held"), "held");
        world["oms-a"].Files[HostPath] = world.Archives.Save(world.Image("4.2.2", "another"));
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Failed").ShouldBe(Reasons.ImageArchiveUnreadable);
        world.Hosts.ShouldAllBe(
            h => world.Old(h.Name).IsRunning && !h.Containers.Exists(c => c.Name.StartsWith("drydock")));
    }

    [Fact]
    public void Node_may_have_its_own_archive_image_and_container()
    {
        var world = ArchiveOnHosts();
        world.Apply(s => OnHost(s) with
        {
            Regions =
            [
                s.Regions[0] with
                {
                    Nodes =
                    [
                        s.Regions[0].Nodes[0],
                        s.Regions[0].Nodes[1] with
                        {
                            NewContainer = "oms_new_b",
                            Image = "registry.example/own/oms:feature_4.2.2",
                            ImageArchive = new OmsArchive
                            {
                                Storage = new StorageSpec
                                {
                                    Directory = new DirectoryStorage { Path = OmsWorld.ArchiveDirectory }
                                },
                                Path = OmsWorld.ArchivePath
                            },
                        },
                    ],
                },
            ],
        });
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world["oms-b"].Find("oms_new_b")!.Config.Image.ShouldBe("registry.example/own/oms:feature_4.2.2");
        new[] { "oms-a", "oms-b" }.Select(n => world.Step($"PrepareImage/{n}/image").As<PrepareImage>().Source)
            .ShouldBe([ImageSource.HostArchive, ImageSource.Archive]);
    }

    [Fact]
    public void Registry_login_uses_the_Secret_and_shows_no_password()
    {
        var world = Registry(RegistryPassword).Apply(Pulling);
        world.RunToSuccess();

        world.Count("pull").ShouldBe(2);
        world.StatusWrites.ShouldAllBe(u => !System.Text.Json.JsonSerializer.Serialize(
            u.Status, Drydock.Crds.CrdsJsonContext.Default.OmsUpgradeStatus).Contains(RegistryPassword));
    }

    [Fact]
    public void Wrong_registry_credentials_stall_until_Secret_is_corrected()
    {
        var world = Registry("another").Apply(Pulling);
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe(Reasons.AccessDenied);
        world.Status.Findings.ShouldAllBe(f => f.Field == "spec.imagePullSecretRef");
        world.Status.Message.ShouldBeWorded();
        world.Status.Message.ShouldNotContain("another");

        var secret = world.Api.Find<V1Secret>(OmsWorld.Namespace, "pull")!;
        world.Api.Update(secret with { Data = Dockerconfig(RegistryPassword) });
        world.RunToSuccess();
    }

    [Fact]
    public void Credentials_refused_after_preflight_fail_step_and_name_Secret()
    {
        var world = Registry(RegistryPassword).Apply(
            s => Pulling(s) with { HoldBefore = [OmsUpgradePhases.PrepareImage] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.RegistryAccount = ("robot", "changed");
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Failed").ShouldBe(Reasons.AccessDenied);
        world.Status.Message.ShouldNotBeNull().ShouldContain("Secret pull");
    }

    [Theory]
    [InlineData(false, false, Reasons.SecretMissing)]
    [InlineData(true, false, Reasons.AccessDenied)]
    [InlineData(true, true, Reasons.SecretMissing)]
    public void Unusable_registry_Secret_is_a_finding(bool noReference, bool otherRegistry, string reason)
    {
        var world = Registry(RegistryPassword);
        if (otherRegistry)
        {
            var secret = world.Api.Find<V1Secret>(OmsWorld.Namespace, "pull")!;
            world.Api.Update(secret with
            {
                Data = OmsWorld.Bytes(
                    (".dockerconfigjson", """{"auths":{"elsewhere.example":{"username":"a","password":"b"}}}"""))
            });
        }

        world.Apply(s => Pulling(s) with
        {
            ImagePullSecretRef = otherRegistry
                ? new SecretReference { Name = "pull" }
                : noReference ? null : new SecretReference { Name = "nowhere" }
        });
        world.RunToStall();

        world.Status.Findings.ShouldAllBe(f => f.Reason == reason);
    }

    private static void Everywhere(Fate fate, int way) =>
        Cases.Try(
            FromHost.World.Points.Where(p => Sample.Takes(p.Number, way, 4)).ToList(),
            point => FromHost.With(point.Number, fate));

    private static OmsWorld WithCertificates(params string[] binds)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        foreach (var host in world.Hosts)
        {
            host.Files[Certificate] = [1];
            host.Files[Key] = [2];
            host.Paths.UnionWith(binds.Select(bind => bind.Split(':')[0]));
            var old = world.Old(host.Name);
            old.HostConfig = old.HostConfig with { Binds = [.. old.HostConfig.Binds!, .. binds] };
        }

        return world;
    }

    private static OmsUpgradeSpec Https(OmsUpgradeSpec spec) =>
        spec with { Https = new HttpsSpec { CertificateHostPath = Certificate, KeyHostPath = Key } };

    private static OmsWorld ArchiveOnHosts(params string[] others)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        var archive = world.Archives.Save(world.NewImageContent, others);
        world.Hosts.ForEach(h => h.Files[HostPath] = archive);
        return world;
    }

    private static OmsUpgradeSpec OnHost(OmsUpgradeSpec spec) =>
        spec with { ImageArchive = new OmsArchive { HostPath = HostPath } };

    private static OmsWorld Registry(string password)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, ImageInRegistry = true })
        {
            RegistryAccount = ("robot", RegistryPassword)
        };
        world.Api.Create(new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = "pull" },
            Type = "kubernetes.io/dockerconfigjson",
            Data = Dockerconfig(password)
        });
        return world;
    }

    private static Dictionary<string, byte[]> Dockerconfig(string password) => OmsWorld.Bytes((
        ".dockerconfigjson",
        "{\"auths\":{\"registry.example\":{\"auth\":\"" + Convert.ToBase64String(Encoding.UTF8.GetBytes(
            $"robot:{password}")) + "\"},\"elsewhere.example\":{\"username\":\"x\",\"password\":\"y\"}}}"));

    private static OmsUpgradeSpec Pulling(OmsUpgradeSpec spec) =>
        spec with { ImagePullSecretRef = new SecretReference { Name = "pull" } };
}
