namespace Drydock.Tests.Unit.Oms;

/// <summary>What is wrong before the upgrade is found before anything is changed, all of it at once, and mending it
/// goes on without touching the object.</summary>
public sealed class BadInputTests
{
    private static readonly Dictionary<string, (string Reason, Action<OmsWorld> Break, Action<OmsWorld> Mend)> Cases =
        new(StringComparer.Ordinal)
        {
            ["the nodes of the spec are not those of config.yaml"] =
                (Reasons.NodesDiffer, w => Config(w, "192.0.2.217]", "192.0.2.217, 192.0.2.218]"), w => Config(
                    w, ", 192.0.2.218]", "]")),
            ["the heartbeat database is another database of OMS too"] =
                (Reasons.HeartbeatDatabaseShared, w => Config(w, "cm_hb_340", "cm_340"), w => Config(
                    w, "drc_cm_heartbeat_db: cm_340", "drc_cm_heartbeat_db: cm_hb_340")),
            ["no region is the default one"] = (Reasons.RegionsInvalid, w => Config(w, "!!bool \"true\"", "false"), w =>
                Config(w, "cm_is_default: false", "cm_is_default: true")),
            ["config.yaml lacks a key"] =
                (Reasons.ConfigUnreadable, w => Config(w, "drc_cm_db: cm_340", "drc_cm_dbx: cm_340"), w => Config(
                    w, "drc_cm_dbx", "drc_cm_db")),
            ["the password is wrong"] = (Reasons.AccessDenied, w => w.Metadata.Password = "changed", w =>
                w.Metadata.Password = Canary.MetaPassword),
            ["the metadata database is down"] =
                (Reasons.MetadataDatabaseUnreachable, w => w.Metadata.IsReachable = false, w =>
                    w.Metadata.IsReachable = true),
            ["the metadata database is read-only"] =
                (Reasons.AccessDenied, w => w.Metadata.IsReadOnly = true, w => w.Metadata.IsReadOnly = false),
            ["a privilege for the way back is missing"] =
                (Reasons.AccessDenied, w => w.Metadata.Grants.Add("REVOKE DROP ON `rm_340`.* FROM `drc`@`%`"), w =>
                    w.Metadata.Grants.RemoveAt(1)),
            ["a database is not on the server"] =
                (Reasons.MetadataUnreadable, w => w.Metadata.Databases["cm_340"] = false, w =>
                    w.Metadata.Databases["cm_340"] = true),
            ["ha.config is no JSON"] = (Reasons.MetadataUnreadable, w => w.Metadata.HaConfig = "enable=true", w =>
                w.Metadata.HaConfig = WorldSetup.PartialHa),
            ["a host cannot be reached"] =
                (Reasons.HostUnreachable, w => w["oms-b"].Cut(off: true), w => w["oms-b"].Cut(off: false)),
            ["podman answers instead of dockerd"] =
                (Reasons.DockerUnsupported, w => w["oms-b"].Podman = "4.3.1", w => w["oms-b"].Podman = null),
            ["the current container is not there"] =
                (Reasons.ContainerNotFound, w => w.Old("oms-b").Name = "oms_other", w =>
                    w["oms-b"].Find("oms_other")!.Name = OmsWorld.OldName),
            ["the current container does not run"] =
                (Reasons.ContainerNotFound, w => w.Old("oms-b").Stop(1), w => w.Old("oms-b").Start()),
            ["the name of the new container is taken"] = (Reasons.ContainerNameTaken, w => Squat(w["oms-b"]), w =>
                w["oms-b"].Containers.RemoveAll(c => c.Name == OmsWorld.NewName)),
            ["a mount is missing"] = (Reasons.MountsUnusable, w => Binds(w, b => [.. b.Take(3)]), w => Binds(
                w, b => [.. b, "/data/oms/run:/home/ds/run"])),
            ["the archive is not there"] =
                (Reasons.ImageArchiveUnreadable, w => w.Archives.Files.Remove("/images/oms_422.tar.gz"), w =>
                    w.Archives.Add(OmsWorld.ArchiveDirectory, OmsWorld.ArchivePath, w.NewImageContent)),
            ["the archive has another checksum"] = (
                Reasons.ImageArchiveUnreadable,
                w => w.Archives.Add(OmsWorld.ArchiveDirectory, OmsWorld.ArchivePath, w.Image("4.1.0", "other")),
                w => w.Archives.Add(OmsWorld.ArchiveDirectory, OmsWorld.ArchivePath, w.NewImageContent)),
            ["project names are used twice"] = (Reasons.DuplicateProjectNames, w => w.Metadata.Duplicates.Add(
                new DuplicateProjectName("orders", ["np_1"], ["sp_9"])), w => w.Metadata.Duplicates.Clear()),
            ["writers are cascaded"] =
                (Reasons.CascadedWriters, w => w.Metadata.Cascades.Add(new CascadedWriter("7", "id=1")), w =>
                    w.Metadata.Cascades.Clear()),
            ["the host has no room for the image"] =
                (Reasons.NoSpace, w => w["oms-b"].FreeBytes = 10, w => w["oms-b"].FreeBytes = 1L << 40),
            ["the storage has no room for the dumps"] =
                (Reasons.NoSpace, w => w.BackupStorage.Free = 1 << 20, w => w.BackupStorage.Free = 1L << 40),
            ["the storage is outside the storage roots"] = (Reasons.InvalidSpec, w => w.BackupStorage.Refused =
                "storage.directory.path '/etc' is not below a storage root", w => w.BackupStorage.Refused = null),
            ["the storage cannot be written"] = (
                Reasons.StorageUnusable, w => w.BackupStorage.Problem = "/snapshots is read-only; mount it writable",
                w => w.BackupStorage.Problem = null),
            ["a clock is wrong"] = (Reasons.ClockSkew, w => w["oms-b"].ClockOffset = TimeSpan.FromMinutes(9), w =>
                w["oms-b"].ClockOffset = TimeSpan.Zero),
            ["a program does not run"] =
                (Reasons.ComponentsUnhealthy, w => w.Old("oms-b").Programs["sshd"].State = "FATAL", w =>
                    w.Old("oms-b").Programs["sshd"].State = "RUNNING"),
            ["a host is offline"] =
                (Reasons.ComponentsUnhealthy, w => w.Metadata.HostStatus["192.0.2.217"] = "OFFLINE", w =>
                    w.Metadata.HostStatus.Clear()),
            ["a heartbeat does not come"] =
                (Reasons.ComponentsUnhealthy, w => Silence(w), w => w.Metadata.AreBeatsLost = false),
            ["the hosts cannot be read"] = (Reasons.HostsUnknown, w => w.Metadata.HostsProblem =
                "Reading the hosts in cm_340: unknown column 'host_status'.", w => w.Metadata.HostsProblem = null),
            ["high availability is not found"] = (Reasons.HighAvailabilityUnknown, w => w.Metadata.HaConfig = null, w =>
                w.Metadata.HaConfig = WorldSetup.PartialHa),
            ["the TLS Secret is missing"] =
                (Reasons.SecretMissing, w => w.Api.Delete<V1Secret>(OmsWorld.Namespace, "docker-tls"), w => Tls(
                    w, Canary.TlsKey)),
            ["the TLS key is not accepted"] =
                (Reasons.HostUnreachable, w => Replace(w, "wrong-key"), w => Replace(w, Canary.TlsKey)),
        };

    [Fact]
    public void Invalid_age_recipient_is_found_before_the_downtime()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.BackupStorage.BadRecipient = "age says: malformed recipient";
        world.Apply(s => s with
        {
            Backup = s.Backup with { Encryption = new EncryptionSpec { Recipients = [$"age1{new string('q', 58)}"] } }
        });
        Stalls(world, Reasons.InvalidSpec);
        world.Status.Findings.ShouldContain(f => f.Field == "spec.backup.encryption.recipients");

        world.BackupStorage.BadRecipient = null;
        world.RunToSuccess();
    }

    [Fact]
    public void Missing_restore_test_rights_are_found_only_if_tested()
    {
        const string Lacking = $"REVOKE CREATE ON `{RestoreTestRequest.ScratchDatabases}`.* FROM `drc`@`%`";
        var without = new OmsWorld(new WorldSetup { RealJson = false });
        without.Metadata.Grants.Add(Lacking);
        without.Apply();
        without.RunToSuccess();

        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Grants.Add(Lacking);
        world.Apply(
            s => s with { Backup = s.Backup with { Verify = Drydock.Crds.Common.SnapshotVerification.RestoreTest } });
        Stalls(world, Reasons.AccessDenied);
        world.Status.Findings.ShouldContain(f => f.Message.Contains(
            $"lacks CREATE on `{RestoreTestRequest.ScratchDatabases}`.*", StringComparison.Ordinal));

        world.Metadata.Grants.RemoveAt(1);
        world.RunToSuccess();
    }

    [Fact]
    public void Missing_privileges_on_one_database_are_one_finding()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Grants.Add("REVOKE CREATE, DROP, ALTER ON `rm_340`.* FROM `drc`@`%`");
        world.Apply();
        Stalls(world, Reasons.AccessDenied);

        world.Status.Findings.ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    [Fact]
    public void Absent_database_is_one_finding_that_names_the_node()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Databases["cm_hb_340"] = false;
        world.Metadata.Grants[0] = "GRANT ALL PRIVILEGES ON `rm_340`.* TO `drc`@`%`";
        world.Metadata.Grants.AddRange(
            ["GRANT ALL PRIVILEGES ON `cm_340`.* TO `drc`@`%`", "GRANT PROCESS ON *.* TO `drc`@`%`"]);
        world.Apply();
        Stalls(world, Reasons.MetadataUnreadable);

        world.Status.Findings.ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Bad_input_is_found_before_changes_and_can_be_repaired(string what)
    {
        var (reason, breaks, mends) = Cases[what];
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        breaks(world);
        world.Apply();
        Stalls(world, reason);

        mends(world);
        world.RunToSuccess();
        world.Upgrade.Metadata.Generation.ShouldBe(1);
        world.Status.Findings.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
    }

    [Fact]
    public void Unsupported_version_path_is_a_finding()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => (s with { ToVersion = "4.4.0" }).Acknowledge("ImageNameContradicts"));
        Stalls(world, Reasons.VersionPathUnsupported);
        world.Status.Findings.ShouldHaveSingleItem().Acknowledge.ShouldBe("VersionPathUnsupported/Unlisted");

        world.EditSpec(s => s with { ToVersion = "4.2.2" });
        world.RunToSuccess();
    }

    [Fact]
    public void Wrong_fromVersion_is_a_finding()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { FromVersion = "3.3.0" });
        Stalls(world, Reasons.VersionMismatch);

        world.EditSpec(s => s with { FromVersion = "3.2.2" });
        world.RunToSuccess();
    }

    [Fact]
    public void Image_missing_on_one_node_is_a_finding()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, ImagePresent = true });
        world["oms-b"].References.Remove(OmsWorld.NewImage);
        world["oms-b"].Images.Remove(world.NewImageContent.Id);
        world.Apply();
        Stalls(world, Reasons.ImageMissing);
        world.Status.Findings.ShouldHaveSingleItem().Node.ShouldBe("oms-b");

        world["oms-b"].AddImage(world.NewImageContent, OmsWorld.NewImage);
        world.RunToSuccess();
    }

    [Fact]
    public void Different_image_on_one_node_is_a_finding()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, ImagePresent = true });
        world["oms-b"].AddImage(world.Image("4.2.1", "x"), OmsWorld.NewImage);
        world.Apply();
        Stalls(world, Reasons.ImagesDiffer);

        world["oms-b"].AddImage(world.NewImageContent, OmsWorld.NewImage);
        world.RunToSuccess();
    }

    [Theory]
    [InlineData("/root/correction.jar", Reasons.JarMissing)]
    [InlineData("/root/docker_init.sh", Reasons.ImageUnsuitable)]
    public void Image_without_given_JAR_or_script_is_a_finding(string path, string reason)
    {
        var world = new OmsWorld(
            new WorldSetup { RealJson = false, ImagePresent = true, JarInImage = "/root/correction.jar" });
        world.NewImageContent.Files.Remove(path);
        world.Apply(s => s with { Correction = s.Correction with { JarPath = "/root/correction.jar" } });
        Stalls(world, reason);
        world.Hosts.ShouldAllBe(h => h.Containers.Count == 1);

        world.NewImageContent.Files.Add(path);
        world.RunToSuccess();
    }

    [Fact]
    public void Archive_image_without_the_given_JAR_is_found_before_downtime()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Apply(s => s with { Correction = s.Correction with { JarPath = "correction.jar" } });
        world.RunUntil(() => world.Is("Failed"), "failed");

        world.ReasonOf("Stalled").ShouldBe(Reasons.JarMissing);
        world.Done.Select(a => a.What).Distinct(StringComparer.Ordinal).ShouldBe(["load", "create"]);
        world.Hosts.ShouldAllBe(h => world.Old(h.Name).IsRunning);
    }

    [Fact]
    public void Unlisted_projects_must_be_acknowledged()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { Preflight = new PreflightSpec() });
        world.RunToStall();
        world.Status.Findings.Select(f => f.Reason)
            .ShouldBe([Reasons.ForwardSwitchoverUnknown, Reasons.SyncProjectsWithoutDbType]);

        world.EditSpec(s => s with
        {
            Preflight = new PreflightSpec
            {
                Acknowledge = [Reasons.ForwardSwitchoverUnknown, Reasons.SyncProjectsWithoutDbType]
            }
        });
        world.RunToSuccess();
    }

    [Fact]
    public void Several_problems_are_listed_by_one_pass()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world["oms-b"].ClockOffset = TimeSpan.FromHours(1);
        world["oms-a"].FreeBytes = 1;
        world.Metadata.Duplicates.Add(new DuplicateProjectName("orders", ["np_1", "np_7"], []));
        world.Metadata.IsReadOnly = true;
        world.BackupStorage.Free = 1;
        world.Apply(s => s with { FromVersion = "3.3.0" });
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe(Reasons.PreflightFailed);
        world.Status.Findings.Select(f => f.Reason).ShouldBe(
            [
                Reasons.AccessDenied, Reasons.DuplicateProjectNames, Reasons.NoSpace, Reasons.NoSpace,
                Reasons.VersionMismatch, Reasons.VersionMismatch, Reasons.ClockSkew
            ],
            ignoreOrder: true);
        world.Status.Findings.ShouldAllBe(f => f.Message.Length > 20);
        world.Done.ShouldBeEmpty();
    }

    [Fact]
    public void Changed_Secret_is_checked_at_once()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Password = Canary.SecretPassword;
        world.Api.Create(new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = "oms-metadb" },
            Data = OmsWorld.Bytes(("username", "drc"), ("password", "not yet"))
        });
        world.Apply(s => s with
        {
            MetadataDatabase =
                new MetadataDatabaseSpec { CredentialsSecretRef = new SecretReference { Name = "oms-metadb" } }
        });
        Stalls(world, Reasons.AccessDenied);
        world.RunFor(TimeSpan.FromHours(1));

        var secret = world.Api.Find<V1Secret>(OmsWorld.Namespace, "oms-metadb")!;
        world.Api.Update(
            secret with { Data = OmsWorld.Bytes(("username", "drc"), ("password", Canary.SecretPassword)) });
        world.RunUntil(() => !world.Is("Stalled"), "it goes on", TimeSpan.FromSeconds(2));
        world.RunToSuccess();
    }

    private static void Stalls(OmsWorld world, string reason)
    {
        world.RunToStall();
        (world.ReasonOf("Stalled"), world.Is("Reconciling"), world.Is("Ready"), world.HasPlan)
            .ShouldBe((reason, false, false, false), world.Status.Message);
        world.Status.Findings.ShouldAllBe(f => f.Reason == reason);
        world.Status.Message.ShouldBeWorded();
        var writes = world.StatusWrites.Count;
        world.RunFor(TimeSpan.FromMinutes(5));
        world.StatusWrites.Count.ShouldBe(writes, "looking again writes nothing new");
        world.Done.ShouldBeEmpty();
        world.Hosts.ShouldAllBe(h => !h.Containers.Exists(c => c.Name.StartsWith("drydock")));
        world.Upgrade.Metadata.Finalizers.ShouldBeNull();
    }

    private static void Silence(OmsWorld world)
    {
        world.Metadata.AreBeatsLost = true;
        world.Metadata.LastBeat["192.0.2.216"] = world.Metadata.LastBeat["192.0.2.217"] =
            world.Time.GetUtcNow() - TimeSpan.FromMinutes(5);
    }

    private static void Config(OmsWorld world, string from, string to)
    {
        foreach (var host in world.Hosts)
        {
            var text = System.Text.Encoding.UTF8.GetString(host.Files["/data/oms/config.yaml"]);
            text.ShouldContain(from);
            host.Write("/data/oms/config.yaml", text.Replace(from, to, StringComparison.Ordinal));
        }
    }

    private static void Squat(WorldHost host) =>
        host.Containers.Add(new WorldContainer(
            host.World, host, OmsWorld.NewName, host.Images.Values.First(), new ContainerConfig(), new HostConfig()));

    private static void Binds(OmsWorld world, Func<IReadOnlyList<string>, IReadOnlyList<string>> change)
    {
        var old = world.Old("oms-b");
        old.HostConfig = old.HostConfig with { Binds = change(old.HostConfig.Binds!) };
    }

    private static void Tls(OmsWorld world, string key) =>
        world.Api.Create(new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = "docker-tls" },
            Data = OmsWorld.Bytes(("ca.crt", "ca"), ("tls.crt", "cert"), ("tls.key", key))
        });

    private static void Replace(OmsWorld world, string key)
    {
        var secret = world.Api.Find<V1Secret>(OmsWorld.Namespace, "docker-tls")!;
        world.Api.Update(
            secret with { Data = OmsWorld.Bytes(("ca.crt", "ca"), ("tls.crt", "cert"), ("tls.key", key)) });
    }

    [Fact]
    public void Exchanged_endpoints_of_a_complete_spec_are_found()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with
        {
            Regions = [s.Regions[0] with
            {
                Nodes =
                [
                    s.Regions[0].Nodes[0] with { Docker = s.Regions[0].Nodes[1].Docker },
                    s.Regions[0].Nodes[1] with { Docker = s.Regions[0].Nodes[0].Docker }
                ]
            }],
        });
        world.RunUntil(() => world.Status.Findings.Count > 0, "findings");
        var found = world.Status.Findings.FindAll(f => f.Reason == Reasons.NodesDiffer);
        found.ShouldContain(f => f.Node == "oms-a"
            && f.Message.Contains("OMS_HOST_IP=192.0.2.217; expected 192.0.2.216", StringComparison.Ordinal));
        found.ShouldContain(f => f.Node == "oms-b");
        world.Status.Plan.ShouldBeNull();
    }
}
