namespace Drydock.Tests.Unit.Oms;

/// <summary>The Secret of a Docker host goes or breaks while the plan runs.</summary>
public sealed class LostAccessTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Missing_or_incomplete_Docker_Secret_stalls_until_it_is_restored(bool deleted)
    {
        var world = Lost(deleted);
        world.RunUntil(() => world.Is("Stalled"), "it is said");
        world.Status.Message.ShouldNotBeNull().ShouldContain(deleted ? "docker-tls" : "tls.crt");
        world.Lives.ShouldAllBe(l => l.Thrown.Count == 0);

        Put(world, ("ca.crt", "ca"), ("tls.crt", "cert"), ("tls.key", Canary.TlsKey));
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Abort_works_without_the_Docker_Secret()
    {
        var world = Lost(deleted: true);
        world.Annotate(Annotations.Abort, "stop");

        world.RunUntil(() => world.Status.AbortedBy == "stop", "aborted");
    }

    private static OmsWorld Lost(bool deleted)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count("snapshot") == 1, "the dump");
        world.Api.Delete<V1Secret>(OmsWorld.Namespace, "docker-tls");
        if (!deleted)
        {
            Put(world, ("ca.crt", "ca"));
        }

        return world;
    }

    private static void Put(OmsWorld world, params (string Key, string Value)[] data)
    {
        world.Api.Delete<V1Secret>(OmsWorld.Namespace, "docker-tls");
        world.Api.Create(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "docker-tls" }, Data = OmsWorld.Bytes(data) });
    }
}
