using Drydock.Abstractions.Values;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Engine;

/// <summary>Full stops between texts of several authors.</summary>
public sealed class SentencesTests
{
    [Theory]
    [InlineData("connection refused", "connection refused.")]
    [InlineData("connection refused. ", "connection refused.")]
    [InlineData("why?", "why?")]
    [InlineData("cut off…", "cut off…")]
    [InlineData("", "")]
    [InlineData(" ", "")]
    public void Closed_sentence_ends_with_one_mark(string text, string closed) => Sentences.Close(text).ShouldBe(closed);

    [Theory]
    [InlineData("connection refused.\n", "connection refused")]
    [InlineData("cut off...", "cut off...")]
    [InlineData("", "")]
    public void Opened_sentence_loses_its_full_stop(string text, string open) => Sentences.Open(text).ShouldBe(open);

    [Fact]
    public void Joined_sentences_skip_empty_ones() => Sentences.Join("a", null, "", "b.").ShouldBe("a. b.");
}
