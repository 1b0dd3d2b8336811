namespace Drydock.Tests.Unit.Oms;

/// <summary>Values planted in config.yaml, Secrets and the old container's environment appear nowhere else.</summary>
public sealed class SecretTests
{
    [Fact]
    public void Successful_run_shows_no_secret_value() => Shown(Ran(new WorldSetup())).ShouldBeEmpty();

    [Fact]
    public void Failed_run_shows_no_secret_value()
    {
        var world = new OmsWorld(new WorldSetup
        {
            Init = static (_, _) => (1, $"cannot connect with {Canary.MetaPassword} or {Canary.SlsSecret}\n")
        }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.RunUntil(() => Kept(world).Any(o => o.Contains("cannot connect with")), "the end of the output is kept");

        Shown(world).ShouldBeEmpty();
        Kept(world).ShouldContain(o => o.Contains("cannot connect with *** or ***"));
    }

    [Fact]
    public void Failed_preflight_shows_no_secret_value()
    {
        var world = new OmsWorld();
        world.Metadata.Password = "another";
        world.Api.Create(new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = "oms-metadb" },
            Data = OmsWorld.Bytes(("username", "drc"), ("password", Canary.SecretPassword))
        });
        world["oms-b"].Write(
            "/data/oms/config.yaml", $"oms_meta_password: [{Canary.MetaPassword}]\noms_meta_port: {Canary.SlsKey}x\n");
        world.Apply(s => s with
        {
            MetadataDatabase =
                new MetadataDatabaseSpec { CredentialsSecretRef = new SecretReference { Name = "oms-metadb" } }
        });
        world.RunToStall();

        Shown(world).Where(s => !s.Contains(Canary.SlsKey)).ShouldBeEmpty();
    }

    [Fact]
    public void Client_message_with_a_password_is_redacted()
    {
        var world = new OmsWorld().Apply();
        world.Snapshots.Failures.Enqueue($"mysqldump: Access denied using password {Canary.MetaPassword}");
        world.RunToSuccess();

        Shown(world).ShouldBeEmpty();
    }

    [Fact]
    public void Kept_command_output_is_redacted()
    {
        var world = Ran(new WorldSetup());

        Kept(world).Count().ShouldBe(3);
        Kept(world).ShouldContain("corrected with ***\n");
        world.Hosts[0].Files.Where(f => f.Key.EndsWith("/log", StringComparison.Ordinal)).ShouldContain(
            f => Encoding.UTF8.GetString(f.Value).Contains(Canary.MetaPassword), "the host keeps it whole");
    }

    private static OmsWorld Ran(WorldSetup setup)
    {
        var world = new OmsWorld(setup).Apply();
        world.RunToSuccess();
        return world;
    }

    private static IEnumerable<string> Kept(OmsWorld world) =>
        world.Api.All<V1Secret>().Where(s => s.Data!.ContainsKey("output"))
            .Select(s => Encoding.UTF8.GetString(s.Data!["output"]));

    private static IEnumerable<string> Shown(OmsWorld world)
    {
        var texts = world.Api.Everything().Where(o => o is not V1Secret).Select(WorldJson.Text)
            .Concat(world.StatusWrites.Select(WorldJson.Text))
            .Concat(world.Events.All.Select(e => e.Message))
            .Concat(world.Logs.Lines)
            .Concat(world.Lives.SelectMany(l => l.Thrown).Select(e => e.ToString()))
            .Concat(Kept(world));
        return texts.SelectMany(t => Canary.All.Where(c => t.Contains(c, StringComparison.Ordinal))
            .Select(c => $"{c} in {t[..Math.Min(t.Length, 300)]}"));
    }
}
