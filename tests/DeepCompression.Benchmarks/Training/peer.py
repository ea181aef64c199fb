"""Trains the networks of the benchmark with torch. Reads lines "NETWORK STEPS", answers "MILLISECONDS-A-STEP PEAK-MEGABYTES"."""
import resource
import sys
import time

import torch
from torch import nn

torch.set_num_threads(int(sys.argv[1]))
BATCH = int(sys.argv[2])
torch.manual_seed(1)


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        stride = outputs // inputs
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.skip = nn.Identity() if stride == 1 else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(y)) + self.skip(x))


class CharacterLstm(nn.Module):
    def __init__(self, characters=65, hidden=128):
        super().__init__()
        self.embedding = nn.Embedding(characters, hidden)
        self.lstm = nn.LSTM(hidden, hidden, 2)
        self.fc = nn.Linear(hidden, characters)

    def forward(self, ids):
        y, _ = self.lstm(self.embedding(ids.t()))
        return self.fc(y.transpose(0, 1))


def images():
    return torch.rand(BATCH, 1, 28, 28) - 0.5, torch.randint(10, (BATCH,))


def make(name):
    if name == "LeNet-300-100":
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10)), images()
    if name == "LeNet-5":
        return nn.Sequential(nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.Flatten(),
                             nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10)), images()
    if name == "ResNet-8":
        return nn.Sequential(nn.Conv2d(1, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), Block(16, 16), Block(16, 32), Block(32, 64),
                             nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)), images()
    return CharacterLstm(), (torch.randint(65, (BATCH, 50)), torch.randint(65, (BATCH, 50)))


made = {}
for line in sys.stdin:
    name, steps = line.split("\t")
    if name not in made:
        model, data = make(name)
        made[name] = (model, data, torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9))
    model, (x, labels), optimizer = made[name]
    start = time.perf_counter()
    for _ in range(int(steps)):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x).flatten(0, -2), labels.flatten())
        loss.backward()
        optimizer.step()
        loss.item()
    milliseconds = (time.perf_counter() - start) * 1000 / int(steps)
    print(milliseconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
