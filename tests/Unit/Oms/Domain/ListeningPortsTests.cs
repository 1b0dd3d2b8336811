namespace Drydock.Tests.Unit.Oms;

public sealed class ListeningPortsTests
{
    private const string Listeners = """
           0: 00000000:1F99 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 501 1 0000000000000000 100 0 0 10 0
           1: 0100007F:2328 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0000000000000000 100 0 0 10 0
           2: 00000000000000000000000000000000:1F98 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 778 1 0000000000000000 100 0 0 10 0

        """;

    [Fact]
    public void Listener_of_another_process_is_foreign() =>
        ListeningPorts.Foreign(Listeners + "--\nsocket:[501]\nsocket:[9]\n").ShouldBe([8088, 9000]);

    [Fact]
    public void Listener_of_the_container_is_not_foreign() =>
        ListeningPorts.Foreign(Listeners + "--\nsocket:[501]\nsocket:[777]\nsocket:[778]\n").ShouldBeEmpty();

    [Theory]
    [InlineData("")]
    [InlineData("sh: grep: not found")]
    [InlineData("nonsense\n--\nsocket:[1]\n")]
    public void Unreadable_listener_list_yields_no_foreign_port(string answer) =>
        ListeningPorts.Foreign(answer).ShouldBeEmpty();

    [Fact]
    public void Container_with_hidden_sockets_yields_no_foreign_port() =>
        ListeningPorts.Foreign(Listeners + "--\n").ShouldBeEmpty();
}
