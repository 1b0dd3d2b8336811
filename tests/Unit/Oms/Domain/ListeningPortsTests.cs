using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

public sealed class ListeningPortsTests
{
    private const string Listeners = """
           0: 00000000:1F99 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 501 1 0000000000000000 100 0 0 10 0
           1: 0100007F:2328 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0000000000000000 100 0 0 10 0
           2: 00000000000000000000000000000000:1F98 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 778 1 0000000000000000 100 0 0 10 0

        """;

    [Fact]
    public void What_none_of_the_containers_processes_holds_is_foreign() =>
        ListeningPorts.Foreign(Listeners + "--\nsocket:[501]\nsocket:[9]\n").ShouldBe([8088, 9000]);

    [Fact]
    public void What_the_container_holds_itself_is_not() =>
        ListeningPorts.Foreign(Listeners + "--\nsocket:[501]\nsocket:[777]\nsocket:[778]\n").ShouldBeEmpty();

    [Theory]
    [InlineData("")]
    [InlineData("sh: grep: not found")]
    [InlineData("nonsense\n--\nsocket:[1]\n")]
    public void An_answer_that_does_not_tell_finds_nothing(string answer) =>
        ListeningPorts.Foreign(answer).ShouldBeEmpty();

    [Fact]
    public void A_container_whose_sockets_cannot_be_seen_makes_nobody_a_stranger() =>
        ListeningPorts.Foreign(Listeners + "--\n").ShouldBeEmpty();
}
