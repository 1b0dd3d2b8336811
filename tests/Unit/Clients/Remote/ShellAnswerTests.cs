using Drydock.Clients.Remote;

namespace Drydock.Tests.Unit.Clients.Remote;

/// <summary>What a shell prints is taken for the end of an answer only where it is the end.</summary>
public sealed partial class ShellAnswerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Answer_in_pieces_of_any_size_is_read_whole(int size)
    {
        var answer = new ShellAnswer(1000);
        var mark = Mark(answer);

        Send(answer, false, $"Welcome!\n{mark}line\n数据 {mark[..31]} {mark[1..]}000\n{mark}003\n", size);
        answer.Begun.IsCompleted.ShouldBeTrue();
        answer.Ended.IsCompleted.ShouldBeFalse("the other output has not ended");
        Send(answer, true, $"motd\n{mark}no end{mark}003\n", size);

        (await answer.Ended).ShouldBe(new RemoteResult(3, $"line\n数据 {mark[..31]} {mark[1..]}000\n", "no end"));
        answer.IsClean.ShouldBeTrue();
    }

    [Theory]
    [InlineData("000\nmore", "000\n")]
    [InlineData("0x0\n", "000\n")]
    [InlineData("000 ", "000\n")]
    [InlineData("000\n", "001\n")]
    public void Answer_that_is_not_framed_as_agreed_is_unclean(string output, string errors)
    {
        var answer = new ShellAnswer(1000);
        var mark = Mark(answer);

        Send(answer, false, mark + mark + output);
        Send(answer, true, mark + mark + errors);

        answer.Ended.IsCompleted.ShouldBeTrue();
        answer.IsClean.ShouldBeFalse();
    }

    [Fact]
    public void Output_behind_the_end_is_unclean()
    {
        var answer = new ShellAnswer(1000);
        var mark = Mark(answer);
        Send(answer, false, $"{mark}{mark}000\n");
        Send(answer, true, $"{mark}{mark}000\n");
        answer.IsClean.ShouldBeTrue();

        Send(answer, true, "late");

        answer.IsClean.ShouldBeFalse();
    }

    [Fact]
    public async Task Long_output_keeps_its_end()
    {
        var answer = new ShellAnswer(10);
        var mark = Mark(answer);

        Send(answer, false, mark + new string('a', 5000) + "0123456789" + mark + "000\n", 64);
        Send(answer, true, mark + mark + "000\n");

        (await answer.Ended).Output.ShouldBe("0123456789");
    }

    [Fact]
    public void Program_that_repeats_its_input_does_not_answer()
    {
        var answer = new ShellAnswer(1000);

        Send(answer, false, answer.Request("look"));

        answer.Begun.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void Answer_without_end_gives_what_came()
    {
        var answer = new ShellAnswer(1000);

        Send(answer, false, "noise" + Mark(answer) + "half");

        answer.Broken(137).ShouldBe(new RemoteResult(137, "half", ""));
    }

    private static string Mark(ShellAnswer answer) =>
        string.Concat(Halves().Match(answer.Request("look")).Groups.Values.Skip(1).Select(g => g.Value));

    private static void Send(ShellAnswer answer, bool isError, string text, int size = 1 << 20)
    {
        foreach (var piece in Encoding.UTF8.GetBytes(text).Chunk(size))
        {
            answer.Take(isError, piece);
        }
    }

    [GeneratedRegex("='(?<first>[0-9a-f]{16})''(?<second>[0-9a-f]{16})'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Halves();
}
